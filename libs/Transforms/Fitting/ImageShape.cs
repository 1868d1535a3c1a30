using Mesh.Shards;
using Mesh.Transforms.Images;

namespace Mesh.Transforms.Fitting;

/// <summary>The shape that an image of the result has in every record.</summary>
/// <param name="name">The column.</param>
/// <param name="step">The step that decides its shape; errors name it.</param>
/// <param name="slot">Where a working record has it.</param>
internal sealed class ImageShape(string name, string step, int slot)
{
    public string Name => name;

    public int Slot => slot;

    /// <summary>Whether every record's image is decoded for a fit; otherwise only the first's is, to see its shape.</summary>
    public bool IsObserved { get; init; }

    /// <summary>[channels, height, width]; null before an image was seen.</summary>
    public int[]? Shape { get; set; }

    /// <exception cref="TransformException">It differs from that of the images before, or is more than a shard holds.</exception>
    public void Check(PixelBuffer image, string? record)
    {
        if (image.Bytes > ShardLayout.DefaultMaxBytes)
        {
            throw new TransformException(step, record,
                $"an image comes out as {Describe([image.Frames, .. Of(image)])} (frames×channels×height×width), {image.Bytes >> 20} MiB; "
                + $"a row has at most {ShardLayout.DefaultMaxBytes >> 20}: take fewer frames or smaller images");
        }

        Check(Of(image), record);
    }

    public static int[] Of(PixelBuffer image) => [image.Channels, image.Height, image.Width];

    /// <exception cref="TransformException">It differs from that of the images before.</exception>
    public void Check(int[]? found, string? record)
    {
        if (Shape is not null && found is not null && !found.AsSpan().SequenceEqual(Shape))
        {
            throw new TransformException(step, record,
                $"an image comes out as {Describe(found)} and another as {Describe(Shape)} "
                + "(channels×height×width); resize, grayscale or decode-image with channels=rgb make them alike");
        }
    }

    public static string Describe(IEnumerable<int> shape) => string.Join('×', shape);
}
