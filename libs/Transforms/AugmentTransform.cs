using Mesh.Transforms.Augmenting;
using Mesh.Transforms.Graph;

namespace Mesh.Transforms;

/// <summary>Changes stored rows at random, in training alone, in place: what it reads is what it writes.</summary>
internal abstract class AugmentTransform : TransformDefinition
{
    public sealed override TransformStage Stage => TransformStage.Augment;

    internal sealed override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        CheckInputs(step);
        return step.Inputs;
    }

    /// <summary>Whether it can change such columns.</summary>
    internal abstract void CheckInputs(StepContext step);

    /// <summary>The change to one row; types have their shapes.</summary>
    internal abstract Augmentation Bind(StepContext step);
}
