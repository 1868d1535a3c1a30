using Mesh.Transforms.Parameters;

namespace Mesh.Transforms.Images;

/// <summary>
/// RGB → luma of ITU-R BT.601 (0.299 R + 0.587 G + 0.114 B) in 16-bit fixed point, rounded to nearest, so that every machine gives the same bytes.
/// An image of one channel is left as it is.
/// </summary>
internal sealed class Grayscale : TransformDefinition
{
    public override string Type => "grayscale";

    public override int Version => 1;

    public override TransformStage Stage => TransformStage.Record;

    public override string Summary => "Makes one gray channel of colour; leaves gray images as they are.";

    public override bool Repeatable => true;

    internal override Action<WorkingRecord> BindImage(ParameterValues values) => record =>
    {
        var image = record.Image;
        if (image.Channels == 1)
            return;

        var result = PixelBuffer.Rent(image.Height, image.Width, 1);
        var from = image.Pixels.Span;
        var to = result.Writable;
        for (int i = 0, o = 0; o < to.Length; i += 3, o++)
            to[o] = (byte)((19595 * from[i] + 38470 * from[i + 1] + 7471 * from[i + 2] + 32768) >> 16);
        record.Image = result;
    };
}
