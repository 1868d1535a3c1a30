using Mesh.Transforms.Graph;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Images;

/// <summary>A part of an image: in its centre or at a given place, in pixels or in shares of its sides.</summary>
internal sealed class Crop : RecordTransform
{
    public override string Type => "crop";

    public override int Version => 1;

    public override string Summary => "Cuts a part out of every image, in its centre or where you say; an image that is too small is refused.";

    public override IReadOnlyList<string> DefaultInputs { get; } = ["image"];

    public override IReadOnlyList<Parameter> Parameters { get; } =
    [
        new NumberParameter("width", 0, DecodeImage.MaximumSide, "Columns of the part, in the unit; more than 0."),
        new NumberParameter("height", 0, DecodeImage.MaximumSide, "Rows of the part, in the unit; more than 0."),
        new ChoiceParameter("unit", ["pixels", "share"], "pixels", "pixels: whole numbers; share: parts of the image's own sides, 0 to 1, rounded to pixels."),
        new ChoiceParameter("place", ["centre", "given"], "centre", "centre: in the middle; given: at left and top."),
        new NumberParameter("left", 0, DecodeImage.MaximumSide, "With place=given: columns before the part, in the unit.", 0),
        new NumberParameter("top", 0, DecodeImage.MaximumSide, "With place=given: rows above the part, in the unit.", 0),
    ];

    internal override IEnumerable<(string Parameter, string Problem)> Check(ParameterValues values)
    {
        var shares = values.Choice("unit") == "share";
        foreach (var name in (string[])["width", "height", "left", "top"])
        {
            var value = values.Number(name);
            if (shares ? value > 1 : value != Math.Floor(value))
                yield return (name, shares ? "must be a share from 0 to 1" : "must be a whole number of pixels, unless unit=share");
            else if (value == 0 && name is "width" or "height")
                yield return (name, "must be more than 0");
            else if (value > 0 && name is "left" or "top" && values.Choice("place") == "centre")
                yield return (name, "has no meaning unless place=given");
        }
    }

    internal override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        step.Takes(0, ColumnKind.Pixels);
        return [step.PixelsLike(0)];
    }

    internal override Action<WorkingRecord> Bind(StepContext step)
    {
        var (from, to, values) = (step.InputSlots[0], step.OutputSlots[0], step.Values);
        var (shares, centred) = (values.Choice("unit") == "share", values.Choice("place") == "centre");
        var (width, height, left, top) = (values.Number("width"), values.Number("height"), values.Number("left"), values.Number("top"));
        return record =>
        {
            var image = record.Pixels(from);
            var (x, across) = Along(image.Width, left, width);
            var (y, down) = Along(image.Height, top, height);
            if (x < 0 || y < 0 || x + across > image.Width || y + down > image.Height)
                throw step.Error(record, $"is {image.Width}×{image.Height} pixels; {across}×{down} at ({Math.Max(0, x)}, {Math.Max(0, y)}) do not lie in it");
            record.Set(to, across == image.Width && down == image.Height ? image.Share() : image.EachFrame(frame => Cut(frame, x, y, across, down)));
        };

        // Where the part begins on a side, and how long it is there.
        (int Start, int Length) Along(int side, double start, double length)
        {
            if (!shares)
                return (centred ? (side - (int)length) >> 1 : (int)start, (int)length);
            // Both edges are rounded, so that parts that touch in shares touch in pixels.
            var first = centred ? (1 - length) / 2 : start;
            var (from, end) = (Rounded(first * side), Rounded((first + length) * side));
            return (from, Math.Max(1, end - from));
        }
    }

    private static int Rounded(double value) => (int)Math.Round(value, MidpointRounding.AwayFromZero);

    private static PixelBuffer Cut(PixelBuffer image, int left, int top, int width, int height)
    {
        var result = PixelBuffer.Rent(height, width, image.Channels, image.Geometry.Cut(left, top, width, height));
        var (from, to) = (image.Width * image.Channels, width * image.Channels);
        for (var y = 0; y < height; y++)
            image.Pixels.Span.Slice((top + y) * from + left * image.Channels, to).CopyTo(result.Writable[(y * to)..]);
        return result;
    }
}
