using Mesh.Transforms.Graph;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Records;

namespace Mesh.Transforms.Augmenting;

/// <summary>Mirrors an image left to right, by chance.</summary>
internal sealed class RandomHorizontalFlip : AugmentTransform
{
    public override string Type => "random-horizontal-flip";

    public override int Version => 1;

    public override string Summary => "Mirrors images left to right at random, in training alone.";

    public override IReadOnlyList<string> DefaultInputs { get; } = ["image"];

    public override IReadOnlyList<Parameter> Parameters { get; } =
    [
        new NumberParameter("probability", 0, 1, "Share of the images that are mirrored in each epoch.", 0.5),
    ];

    internal override void CheckInputs(StepContext step) => step.Takes(0, ColumnKind.Pixels);

    internal override Augmentation Bind(StepContext step)
    {
        var (column, probability) = (step.InputSlots[0], step.Values.Number("probability"));
        var width = step.Inputs[0].Shape![2];
        return (row, ref random) =>
        {
            if (!random.Chance(probability))
                return;
            var planes = row[column];
            for (var from = 0; from < planes.Length; from += width)
                planes.Slice(from, width).Reverse();
        };
    }
}
