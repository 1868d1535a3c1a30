namespace Mesh.Preprocessing.Storage;

/// <summary>A partition of the input of a run that has not ended.</summary>
public sealed class RunPartitionRow
{
    public required string RunName { get; init; }

    /// <summary>From 0, in the order of the data's splits and records.</summary>
    public required int Number { get; init; }

    public required string Split { get; init; }

    public required long Offset { get; init; }

    public required long Records { get; init; }

    /// <summary>Of its records, as Ingest says it.</summary>
    public required string Digest { get; init; }
}

/// <summary>What came of a partition in a stage of a run that has not ended.</summary>
public sealed class RunResultRow
{
    public required string RunName { get; init; }

    /// <summary>"survey", "fit-0", "write".</summary>
    public required string Stage { get; init; }

    public required int Number { get; init; }

    /// <summary>Of everything that decided it.</summary>
    public required string Key { get; init; }

    /// <summary>A serialized PartitionResult.</summary>
    public required byte[] Description { get; init; }

    /// <summary>Whether an earlier run made it.</summary>
    public required bool Reused { get; init; }
}

/// <summary>What came of a partition in a stage, for later runs. It is there as long as a processed dataset uses it.</summary>
public sealed class PartitionCacheRow
{
    public required string Project { get; init; }

    /// <summary>SHA-256, hex, of everything that decided it.</summary>
    public required string Key { get; init; }

    /// <summary>A serialized PartitionResult.</summary>
    public required byte[] Description { get; init; }
}

/// <summary>A processed dataset that was made with a cached result.</summary>
public sealed class PartitionUseRow
{
    public required string Project { get; init; }

    public required string DatasetId { get; init; }

    public required string Key { get; init; }
}
