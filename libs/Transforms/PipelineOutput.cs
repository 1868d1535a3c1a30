using Mesh.Shards;
using Mesh.Transforms.Batches;

namespace Mesh.Transforms;

/// <summary>A column of the result.</summary>
public sealed class PipelineOutput
{
    internal PipelineOutput(ShardColumn column, IReadOnlyList<string> classNames, BatchStage? batch) =>
        (Column, ClassNames, Batch) = (column, classNames, batch);

    /// <summary>As rows and shards hold it: name, element type, shape.</summary>
    public ShardColumn Column { get; }

    /// <summary>What its integers stand for, in index order; empty when they are not indices of classes.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Stored uint8 rows of images → float32, for training and serving; null when the stored values are used as they are.</summary>
    public BatchStage? Batch { get; }
}
