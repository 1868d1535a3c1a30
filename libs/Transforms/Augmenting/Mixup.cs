using Mesh.Transforms.Graph;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Records;

namespace Mesh.Transforms.Augmenting;

/// <summary>
/// Mixes each image of a batch with the next one, the last with the first, by shares that are Beta(α, α) (Zhang et al. 2018). The order of the batch is
/// random already, so the next one is any. Shares are drawn for each sample (the paper draws one for each batch; the expected loss is the same, and
/// they stay a function of seed, epoch and sample); who the next one is depends on the batch, and so on the number of ranks.
/// </summary>
internal sealed class Mixup : TransformDefinition
{
    public override string Type => "mixup";

    public override int Version => 1;

    public override TransformStage Stage => TransformStage.Augment;

    public override string Summary =>
        "Mixes the images of a batch in pairs, and the loss over their labels in the same shares, in training alone; the last of the augmentations.";

    public override IReadOnlyList<string> DefaultInputs { get; } = ["image"];

    public override IReadOnlyList<Parameter> Parameters { get; } =
    [
        new NumberParameter("alpha", 0.01, 16, "Both parameters of the Beta distribution of the shares: near 0 nearly nothing is mixed, 1 is uniform.", 0.2),
    ];

    internal override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        step.Takes(0, ColumnKind.Pixels);
        return step.Inputs;
    }
}
