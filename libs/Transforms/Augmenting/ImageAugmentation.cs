using System.Runtime.InteropServices;
using Mesh.Transforms.Detection;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Records;

namespace Mesh.Transforms.Augmenting;

/// <summary>Changes one image in place.</summary>
/// <param name="image">As a <see cref="PlaneShape"/> says; all frames are changed alike.</param>
/// <param name="boxes">As <see cref="BoxRows"/> has them; empty when there are none to take along.</param>
/// <param name="random">What is drawn must not depend on pixels or boxes.</param>
internal delegate void ImageChange(Span<byte> image, Span<float> boxes, ref SampleRandom random);

/// <summary>A random change to an image, done with some probability; one that moves pixels takes boxes along, as a second input.</summary>
internal abstract class ImageAugmentation : AugmentTransform
{
    private const string Probability = "probability";

    /// <summary>Whether pixels move, so that boxes have to go with them.</summary>
    public virtual bool MovesPixels => true;

    public sealed override IReadOnlyList<string> DefaultInputs { get; } = ["image"];

    public sealed override int MaximumInputs => MovesPixels ? 2 : 1;

    public sealed override IReadOnlyList<Parameter> Parameters => field ??=
        [.. Settings, new NumberParameter(Probability, 0, 1, "Share of the images that are changed in each epoch.", UsualProbability)];

    /// <summary>Its own parameters.</summary>
    protected virtual IReadOnlyList<Parameter> Settings => [];

    protected virtual double UsualProbability => 1;

    internal sealed override void CheckInputs(StepContext step)
    {
        step.Takes(0, ColumnKind.Pixels);
        if (step.Inputs.Count > 1 && step.Takes(1, ColumnKind.Tensor) && step.Inputs[1].Kind == ColumnKind.Tensor && !BoxRows.Fits(step.Inputs[1]))
            step.Refuse(1, "must be what boxes makes");
    }

    internal sealed override Augmentation Bind(StepContext step)
    {
        var image = step.InputSlots[0];
        var boxes = step.InputSlots.Count > 1 ? step.InputSlots[1] : AugmentStage.Absent;
        var probability = step.Values.Number(Probability);
        var change = Bind(step, PlaneShape.Of(step.Inputs[0]));
        return (row, ref random) =>
        {
            if (random.Chance(probability))
                change(row[image], boxes == AugmentStage.Absent ? [] : MemoryMarshal.Cast<byte, float>(row[boxes]), ref random);
        };
    }

    /// <summary>The change to images of this shape.</summary>
    protected abstract ImageChange Bind(StepContext step, PlaneShape shape);
}
