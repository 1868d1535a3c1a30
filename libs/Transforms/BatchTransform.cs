using Mesh.Transforms.Batches;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Records;

namespace Mesh.Transforms;

/// <summary>Arithmetic on stored images at each use, in place: an affine function of each channel, so that any number of them cost one multiply-add.</summary>
internal abstract class BatchTransform : TransformDefinition
{
    public sealed override TransformStage Stage => TransformStage.Batch;

    public sealed override IReadOnlyList<string> DefaultInputs { get; } = ["image"];

    internal sealed override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        step.Takes(0, ColumnKind.Pixels);
        return step.Inputs;
    }

    /// <summary>Adds this transform's arithmetic to that of the steps before it.</summary>
    internal abstract ChannelAffine Bind(StepContext step, ChannelAffine before);
}
