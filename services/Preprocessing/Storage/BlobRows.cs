namespace Mesh.Preprocessing.Storage;

/// <summary>A blob that is there because of a processed dataset: its shards and pipeline, and what its partitions left in the cache.</summary>
public sealed class DatasetBlobRow
{
    public required string Project { get; init; }

    public required string DatasetId { get; init; }

    /// <summary>Lower-case hex.</summary>
    public required string Digest { get; init; }
}

/// <summary>
/// A blob that a run under way stores or counts on. When the run has ended, or a dataset has let go of a blob, the claim is
/// nobody's: the blob is looked at and deleted if nothing needs it. A blob may have several.
/// </summary>
public sealed class BlobClaimRow
{
    /// <summary>In the order of creation.</summary>
    public Guid ClaimId { get; init; } = Guid.CreateVersion7();

    public required string Project { get; init; }

    /// <summary>Lower-case hex.</summary>
    public required string Digest { get; init; }

    /// <summary>The run under way; empty when the claim is nobody's.</summary>
    public required string RunName { get; init; }

    /// <summary>Since when the blob is being deleted: until that is over, or given up, nobody can claim it. 0 if it is not.</summary>
    public long DeletingTicks { get; init; }
}
