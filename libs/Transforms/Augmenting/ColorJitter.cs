using Mesh.Transforms.Graph;
using Mesh.Transforms.Images;
using Mesh.Transforms.Parameters;

namespace Mesh.Transforms.Augmenting;

/// <summary>
/// Changes brightness, then contrast, then saturation, each by a factor that is uniform in [1 − r, 1 + r] and not below 0. Brightness multiplies;
/// contrast draws levels from the frame's mean brightness, saturation colours from their own gray (luma of ITU-R BT.601).
/// </summary>
internal sealed class ColorJitter : ImageAugmentation
{
    public override string Type => "color-jitter";

    public override int Version => 1;

    public override string Summary => "Changes brightness, contrast and saturation of images at random, in training alone.";

    public override bool MovesPixels => false;

    protected override IReadOnlyList<Parameter> Settings { get; } =
    [
        new NumberParameter("brightness", 0, 10, "Range r of the factor of brightness, 1 − r to 1 + r; 0 leaves it.", 0.2),
        new NumberParameter("contrast", 0, 10, "Range r of the factor of contrast; 0 leaves it.", 0.2),
        new NumberParameter("saturation", 0, 10, "Range r of the factor of saturation; 0 leaves it. Gray images have none.", 0),
    ];

    protected override ImageChange Bind(StepContext step, PlaneShape shape)
    {
        var (brightness, contrast, saturation) = (step.Values.Number("brightness"), step.Values.Number("contrast"), step.Values.Number("saturation"));
        return (image, _, ref random) =>
        {
            var brighter = Factor(brightness, ref random);
            var stronger = Factor(contrast, ref random);
            var richer = Factor(saturation, ref random);
            for (var from = 0; from < image.Length; from += shape.Frame)
            {
                var frame = image.Slice(from, shape.Frame);
                if (brighter != 1)
                    Map(frame, towards: 0, brighter);
                if (stronger != 1)
                    Map(frame, MeanLuma(frame, shape), stronger);
                if (richer != 1 && shape.Channels == 3)
                    Saturate(frame, shape.Plane, richer);
            }
        };
    }

    private static double Factor(double range, ref SampleRandom random) => random.Between(Math.Max(0, 1 - range), 1 + range);

    /// <summary>Draws every level from, or towards, another one.</summary>
    private static void Map(Span<byte> levels, double towards, double factor)
    {
        Span<byte> mapped = stackalloc byte[256];
        for (var level = 0; level < mapped.Length; level++)
            mapped[level] = Rounded(towards + (level - towards) * factor);
        foreach (ref var level in levels)
            level = mapped[level];
    }

    private static double MeanLuma(ReadOnlySpan<byte> frame, PlaneShape shape)
    {
        long sum = 0;
        for (var i = 0; i < shape.Plane; i++)
            sum += shape.Channels == 3 ? Grayscale.Luma(frame[i], frame[i + shape.Plane], frame[i + 2 * shape.Plane]) : frame[i];
        return (double)sum / shape.Plane;
    }

    private static void Saturate(Span<byte> frame, int plane, double factor)
    {
        var (red, green, blue) = (0, plane, 2 * plane);
        for (; red < plane; red++, green++, blue++)
        {
            var gray = Grayscale.Luma(frame[red], frame[green], frame[blue]);
            frame[red] = Rounded(gray + (frame[red] - gray) * factor);
            frame[green] = Rounded(gray + (frame[green] - gray) * factor);
            frame[blue] = Rounded(gray + (frame[blue] - gray) * factor);
        }
    }

    private static byte Rounded(double level) => (byte)(Math.Clamp(level, 0, 255) + 0.5);
}
