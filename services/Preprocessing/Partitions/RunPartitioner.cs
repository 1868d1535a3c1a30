using Mesh.Ingest.V1;
using Mesh.Preprocessing.Pipelines;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.Preprocessing.Partitions;

/// <summary>Whether a run is cut into partitions, and into which.</summary>
public sealed class RunPartitioner(DatasetService.DatasetServiceClient datasets)
{
    private const long DefaultRecords = 50_000;

    /// <summary>A version of no more partitions than these is done sooner by one process than by the start of several.</summary>
    private const int FewPartitions = 2;

    private const int MaxPartitions = 10_000;

    public static long TargetOf(V1.Pipeline pipeline) => pipeline.PartitionRecords == 0 ? DefaultRecords : pipeline.PartitionRecords;

    /// <summary>The partitions in the order of the records: split by split as the rule has them. Empty when one process is to do all.</summary>
    /// <exception cref="MeshException">There would be too many.</exception>
    internal async Task<IReadOnlyList<RecordPartition>> CutAsync(V1.Pipeline pipeline, DatasetVersion version, CancellationToken cancel)
    {
        var (target, records) = (TargetOf(pipeline), version.Splits.Sum(s => s.RecordCount));
        // Rows that span records have to be made of all of them in order.
        if (records <= FewPartitions * target || BoundPipeline.Of(pipeline, version).Pipeline.IsSequence)
        {
            return [];
        }

        if (records / target > MaxPartitions)
        {
            throw MeshError.Precondition("TOO_MANY_PARTITIONS", $"{version.Name} has {records} records: more than {MaxPartitions} partitions of {target}. Make a pipeline with a larger partition_records.");
        }

        var cut = await datasets.ListRecordPartitionsAsync(new ListRecordPartitionsRequest { Parent = version.Name, TargetRecords = target }, cancellationToken: cancel);
        return [.. cut.Partitions.OrderBy(p => p.Split, StringComparer.Ordinal).ThenBy(p => p.Offset)];
    }
}
