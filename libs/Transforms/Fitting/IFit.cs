using System.Text.Json.Nodes;
using Mesh.Transforms.Images;

namespace Mesh.Transforms.Fitting;

/// <summary>
/// What one transform learns from the training records. Observing is streaming; merging is exact and commutative, so that parts of any
/// split in any order end in the same bytes.
/// </summary>
internal interface IFit
{
    void Observe(WorkingRecord record);

    /// <summary>Adds the other's observations; the other is of the same transform and pipeline.</summary>
    void Merge(IFit other);

    /// <summary>The fitted state that goes with the pipeline. Throws <see cref="TransformException"/> when the data does not allow any.</summary>
    JsonObject Complete(FitContext context);
}

/// <summary>What is known when fitting completes.</summary>
/// <param name="LabelNames">Class names that the data set declares, in index order; null when it declares none.</param>
/// <param name="Channels">Channels of every image.</param>
internal sealed record FitContext(IReadOnlyList<string>? LabelNames, int Channels);
