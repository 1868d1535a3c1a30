using System.Numerics;
using Mesh.Ingest.V1;
using Mesh.Preprocessing.Pipelines;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.Preprocessing.Partitions;

/// <summary>Whether a run is cut into partitions, and into which.</summary>
public sealed class RunPartitioner(DatasetService.DatasetServiceClient datasets)
{
    /// <summary>Files of a partition, about, when a pipeline does not say how many records: what the death of a worker costs, some half a minute of photographs.</summary>
    private const long DefaultBytes = 1 << 30;

    private const long LeastByDefault = 1 << 10;
    private const long MostByDefault = 1 << 20;

    /// <summary>A version of no more partitions than these is done sooner by one process than by the start of several.</summary>
    private const int FewPartitions = 2;

    private const int MaxPartitions = 10_000;

    /// <summary>Records of a partition, about.</summary>
    public static long TargetOf(V1.Pipeline pipeline, DatasetVersion version)
    {
        if (pipeline.PartitionRecords > 0)
        {
            return pipeline.PartitionRecords;
        }

        // A power of two: versions of about the same data are cut at the same records, so that the later one takes over what the earlier one left.
        var records = (double)DefaultBytes * RecordsOf(version) / Math.Max(1, version.Files.Sum(file => file.SizeBytes));
        return Math.Clamp((long)BitOperations.RoundUpToPowerOf2((ulong)Math.Min(records, MostByDefault)), LeastByDefault, MostByDefault);
    }

    /// <summary>The partitions in the order of the records: split by split as the rule has them. Empty when one process is to do all.</summary>
    /// <exception cref="MeshException">There would be too many.</exception>
    internal async Task<IReadOnlyList<RecordPartition>> CutAsync(V1.Pipeline pipeline, DatasetVersion version, CancellationToken cancel)
    {
        var (target, records) = (TargetOf(pipeline, version), RecordsOf(version));
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
        // Files that can only be read from their start make fewer and larger ones.
        return cut.Partitions.Count <= FewPartitions ? [] : [.. cut.Partitions.OrderBy(p => p.Split, StringComparer.Ordinal).ThenBy(p => p.Offset)];
    }

    private static long RecordsOf(DatasetVersion version) => version.Splits.Sum(split => split.RecordCount);
}
