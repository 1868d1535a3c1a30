using Mesh.Transforms.Graph;
using Mesh.Transforms.Images;
using Mesh.Transforms.Parameters;

namespace Mesh.Transforms.Augmenting;

/// <summary>Overwrites squares whose centres are uniform over the image, so that they may reach over its edge (DeVries and Taylor 2017).</summary>
internal sealed class Cutout : ImageAugmentation
{
    public override string Type => "cutout";

    public override int Version => 1;

    public override string Summary => "Covers random squares of images with one gray level, in training alone.";

    public override bool MovesPixels => false;

    protected override IReadOnlyList<Parameter> Settings { get; } =
    [
        new IntegerParameter("size", 1, DecodeImage.MaximumSide, "Side of a square, in pixels."),
        new IntegerParameter("count", 1, 1024, "Squares in each image.", 1),
        new IntegerParameter("fill", 0, 255, "Gray level of the squares.", 0),
    ];

    protected override ImageChange Bind(StepContext step, PlaneShape shape)
    {
        var (size, count, fill) = ((int)step.Values.Integer("size"), (int)step.Values.Integer("count"), (byte)step.Values.Integer("fill"));
        return (image, _, ref random) =>
        {
            for (var i = 0; i < count; i++)
            {
                var x = random.Between(0, shape.Width - 1);
                var y = random.Between(0, shape.Height - 1);
                PlaneErasing.Fill(image, shape, new(x - size / 2, y - size / 2, size, size), fill);
            }
        };
    }
}
