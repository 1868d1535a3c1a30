using Mesh.Ingest.V1;
using Mesh.Jobs.V1;

namespace Mesh.Ingest.Storage;

/// <summary>A dataset version and the commit that makes it. RUNNING, then SUCCEEDED or FAILED.</summary>
public sealed class VersionRow
{
    public required string Project { get; init; }

    public required string DatasetId { get; init; }

    public required int Version { get; init; }

    public JobState State { get; init; } = JobState.Running;

    /// <summary>Counts the times a process took the commit up; fences its writes.</summary>
    public int Attempt { get; init; }

    /// <summary>Attempts that went wrong, and the one that runs: it counts until the process gives the version back in good order.</summary>
    public int Failures { get; init; }

    /// <summary>The process that commits, and until when others leave it alone. Renewed while it works.</summary>
    public string LeaseOwner { get; init; } = "";

    public long LeaseUntilTicks { get; init; }

    public string Stage { get; init; } = "";

    public long Done { get; init; }

    public long Total { get; init; }

    public string ErrorReason { get; init; } = "";

    public string ErrorMessage { get; init; } = "";

    public required long CreatedTicks { get; init; }

    public long? StartTicks { get; init; }

    public long? EndTicks { get; init; }

    public required string Creator { get; init; }

    /// <summary>Empty until SUCCEEDED.</summary>
    public string Digest { get; init; } = "";

    /// <summary>Written at most once an hour; until the first read, when it was created.</summary>
    public required long LastReadTicks { get; init; }

    /// <summary>When its files went to the cold store; null while they are hot.</summary>
    public long? ColdTicks { get; init; }

    /// <summary>What people wrote about it; changes.</summary>
    public string Notes { get; init; } = "";

    /// <summary>The blob of rejected records; empty while there is none. Its bytes may still be on their way.</summary>
    public string QuarantineSha256 { get; init; } = "";

    /// <summary>
    /// A <see cref="DatasetVersion"/> with all that describes the records: format, options, schema, splits, the first rejected
    /// records, label names, and the records of each file; before SUCCEEDED only what the request gave.
    /// </summary>
    public required byte[] Facts { get; init; }
}
