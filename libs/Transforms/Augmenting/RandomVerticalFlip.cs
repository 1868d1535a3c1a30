using System.Numerics;
using Mesh.Transforms.Detection;
using Mesh.Transforms.Graph;

namespace Mesh.Transforms.Augmenting;

/// <summary>Mirrors an image top to bottom, by chance.</summary>
internal sealed class RandomVerticalFlip : ImageAugmentation
{
    public override string Type => "random-vertical-flip";

    public override int Version => 1;

    public override string Summary => "Mirrors images top to bottom at random, in training alone.";

    protected override double UsualProbability => 0.5;

    protected override ImageChange Bind(StepContext step, PlaneShape shape)
    {
        var mirror = new Matrix3x2(1, 0, 0, -1, 0, shape.Height);
        return (image, boxes, ref random) =>
        {
            for (var from = 0; from < image.Length; from += shape.Plane)
                Mirror(image.Slice(from, shape.Plane), shape.Width);
            BoxRows.Move(boxes, mirror, shape.Width, shape.Height, minimumVisible: 0);
        };
    }

    private static void Mirror(Span<byte> plane, int width)
    {
        Span<byte> kept = stackalloc byte[width];
        for (int top = 0, bottom = plane.Length - width; top < bottom; top += width, bottom -= width)
        {
            plane.Slice(top, width).CopyTo(kept);
            plane.Slice(bottom, width).CopyTo(plane[top..]);
            kept.CopyTo(plane[bottom..]);
        }
    }
}
