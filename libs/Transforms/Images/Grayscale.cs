using Mesh.Transforms.Graph;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Images;

/// <summary>
/// RGB → luma of ITU-R BT.601 (0.299 R + 0.587 G + 0.114 B) in 16-bit fixed point, rounded to nearest, so that every machine gives the same bytes.
/// An image of one channel is left as it is.
/// </summary>
internal sealed class Grayscale : RecordTransform
{
    public override string Type => "grayscale";

    public override int Version => 1;

    public override string Summary => "Makes one gray channel of colour; leaves gray images as they are.";

    public override IReadOnlyList<string> DefaultInputs { get; } = ["image"];

    internal override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        step.Takes(0, ColumnKind.Pixels);
        return [step.PixelsLike(0)];
    }

    internal override Action<WorkingRecord> Bind(StepContext step)
    {
        var (from, to) = (step.InputSlots[0], step.OutputSlots[0]);
        return record => record.Set(to, Gray(record.Pixels(from)));
    }

    public static byte Luma(byte red, byte green, byte blue) => (byte)((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16);

    private static PixelBuffer Gray(PixelBuffer image)
    {
        if (image.Channels == 1)
            return image.Share();

        var result = image.RentLike(channels: 1);
        var from = image.Pixels.Span;
        var to = result.Writable;
        for (int i = 0, o = 0; o < to.Length; i += 3, o++)
            to[o] = Luma(from[i], from[i + 1], from[i + 2]);
        return result;
    }
}
