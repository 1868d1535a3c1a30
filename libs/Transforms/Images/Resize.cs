using Mesh.Transforms.Graph;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;
using NetVips;

namespace Mesh.Transforms.Images;

/// <summary>Any size → width × height. An image that has the size already passes through untouched, to the byte.</summary>
internal sealed class Resize : RecordTransform
{
    private const int MaximumSide = 8192;

    private static readonly Dictionary<string, Enums.Kernel> Kernels = new()
    {
        ["nearest"] = Enums.Kernel.Nearest,
        ["linear"] = Enums.Kernel.Linear,
        ["cubic"] = Enums.Kernel.Cubic,
        ["lanczos3"] = Enums.Kernel.Lanczos3,
    };

    public override string Type => "resize";

    public override int Version => 1;

    public override string Summary => "Brings every image to one size; filters when it shrinks, so that no pattern is invented.";

    public override IReadOnlyList<string> DefaultInputs { get; } = ["image"];

    public override bool UsesImageLibrary => true;

    public override IReadOnlyList<Parameter> Parameters { get; } =
    [
        new IntegerParameter("width", 1, MaximumSide, "Columns of the result, in pixels."),
        new IntegerParameter("height", 1, MaximumSide, "Rows of the result, in pixels."),
        new ChoiceParameter("fit", ["stretch", "cover", "contain"], "stretch",
            "When the proportions differ: stretch distorts, cover cuts off the sides, contain adds a border."),
        new ChoiceParameter("kernel", [.. Kernels.Keys], "linear",
            "How pixels are weighed: linear is fast and never overshoots, lanczos3 is sharpest."),
        new IntegerParameter("background", 0, 255, "Gray level of the border that contain adds.", 0),
    ];

    internal override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        step.Takes(0, ColumnKind.Pixels);
        return [step.PixelsLike(0)];
    }

    internal override Action<WorkingRecord> Bind(StepContext step)
    {
        var (from, to) = (step.InputSlots[0], step.OutputSlots[0]);
        var (width, height) = ((int)step.Values.Integer("width"), (int)step.Values.Integer("height"));
        var kernel = Kernels[step.Values.Choice("kernel")];
        var background = (byte)step.Values.Integer("background");
        Func<PixelBuffer, PixelBuffer> change = step.Values.Choice("fit") switch
        {
            "cover" => image => Scale(image, CoveredBy(image, width, height), width, height, kernel),
            "contain" => image => Contain(image, width, height, kernel, background),
            _ => image => Scale(image, new(0, 0, image.Width, image.Height), width, height, kernel),
        };
        return record =>
        {
            var image = record.Pixels(from);
            try
            {
                record.Set(to, image.Width == width && image.Height == height ? image.Share() : image.EachFrame(change));
            }
            catch (VipsException e)
            {
                throw step.Error(record, $"cannot bring {image.Width}×{image.Height} to {width}×{height}{ImageLibrary.Detail(e)}", e);
            }
        };
    }

    /// <summary>
    /// The largest centred part of the image with the proportions of the target. Cutting first bounds the work for extreme proportions.
    /// </summary>
    private static Area CoveredBy(PixelBuffer image, int width, int height)
    {
        var across = Math.Clamp(Divide((long)image.Height * width, height), 1, image.Width);
        var down = Math.Clamp(Divide((long)image.Width * height, width), 1, image.Height);
        return new((image.Width - across) / 2, (image.Height - down) / 2, across, down);
    }

    private static PixelBuffer Contain(PixelBuffer image, int width, int height, Enums.Kernel kernel, byte background)
    {
        var innerWidth = Math.Clamp(Divide((long)image.Width * height, image.Height), 1, width);
        var innerHeight = Math.Clamp(Divide((long)image.Height * width, image.Width), 1, height);
        using var inner = Scale(image, new(0, 0, image.Width, image.Height), innerWidth, innerHeight, kernel);

        var (left, top, row) = ((width - innerWidth) / 2, (height - innerHeight) / 2, innerWidth * image.Channels);
        var result = PixelBuffer.Rent(height, width, image.Channels, inner.Geometry.Moved(left, top));
        result.Writable.Fill(background);
        for (var y = 0; y < innerHeight; y++)
            inner.Pixels.Span.Slice(y * row, row).CopyTo(result.Writable[(((top + y) * width + left) * image.Channels)..]);
        return result;
    }

    private static PixelBuffer Scale(PixelBuffer pixels, Area area, int width, int height, Enums.Kernel kernel)
    {
        ImageLibrary.EnsureLoaded();
        try
        {
            return ScaleOnce(pixels, area, width, height, kernel);
        }
        catch (VipsException) when (pixels.IsLater)
        {
            // Whether the file or this step is to blame shows when the one is done before the other.
            _ = pixels.Pixels;
            return ScaleOnce(pixels, area, width, height, kernel);
        }
    }

    private static PixelBuffer ScaleOnce(PixelBuffer pixels, Area area, int width, int height, Enums.Kernel kernel)
    {
        using var whole = pixels.View();
        // Not for nothing: a part that is the whole costs a photograph a twentieth of its time.
        using var part = (area.Width, area.Height) == (pixels.Width, pixels.Height) ? null : whole.Crop(area.Left, area.Top, area.Width, area.Height);
        using var scaled = (part ?? whole).Resize((double)width / area.Width, kernel, vscale: (double)height / area.Height);
        if (scaled.Width != width || scaled.Height != height)
            throw new VipsException($"libvips made {scaled.Width}×{scaled.Height}");
        var geometry = pixels.Geometry.Cut(area.Left, area.Top, area.Width, area.Height).Scaled((float)width / area.Width, (float)height / area.Height);
        return ImageLibrary.Read(scaled, geometry, (long)pixels.Height * pixels.Width);
    }

    /// <summary>Rounded to nearest.</summary>
    private static int Divide(long numerator, int denominator) => (int)Math.Min(int.MaxValue, (numerator + denominator / 2) / denominator);

    private readonly record struct Area(int Left, int Top, int Width, int Height);
}
