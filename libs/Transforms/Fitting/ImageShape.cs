using Mesh.Transforms.Graph;
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

    /// <summary>[channels, height, width]; null before an image was seen.</summary>
    public int[]? Shape { get; set; }

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
