using System.Numerics;
using Mesh.Transforms.Detection;
using Mesh.Transforms.Graph;

namespace Mesh.Transforms.Augmenting;

/// <summary>Mirrors an image left to right, by chance.</summary>
internal sealed class RandomHorizontalFlip : ImageAugmentation
{
    public override string Type => "random-horizontal-flip";

    public override int Version => 1;

    public override string Summary => "Mirrors images left to right at random, in training alone.";

    protected override double UsualProbability => 0.5;

    protected override ImageChange Bind(StepContext step, PlaneShape shape)
    {
        var mirror = new Matrix3x2(-1, 0, 0, 1, shape.Width, 0);
        return (image, boxes, ref random) =>
        {
            for (var from = 0; from < image.Length; from += shape.Width)
                image.Slice(from, shape.Width).Reverse();
            BoxRows.Move(boxes, mirror, shape.Width, shape.Height, minimumVisible: 0);
        };
    }
}
