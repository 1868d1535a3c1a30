using System.Text.Json.Nodes;
using Mesh.Transforms.Images;
using Mesh.Transforms.Json;

namespace Mesh.Transforms.Fitting;

/// <summary>
/// What one transform learns from the training records. Observing is streaming; merging is exact and commutative, so that partitions in any
/// split and any order end in the same bytes.
/// </summary>
internal interface IFit
{
    void Observe(WorkingRecord record);

    /// <summary>Adds the other's observations; the other is of the same transform and pipeline.</summary>
    void Merge(IFit other);

    JsonObject Save();

    void Load(JsonFields state);

    /// <summary>The fitted state that goes with the pipeline. Throws <see cref="TransformException"/> when the data does not allow any.</summary>
    JsonObject Complete(FitContext context);
}

/// <summary>What is known when fitting completes.</summary>
/// <param name="LabelNames">Class names that the data set declares, in index order; null when it declares none.</param>
/// <param name="Channels">Channels of every image.</param>
internal sealed record FitContext(IReadOnlyList<string>? LabelNames, int Channels);
