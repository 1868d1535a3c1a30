using Mesh.Jobs.V1;

namespace Mesh.Ingest.Imports;

/// <summary>An import and who works on it.</summary>
public sealed class ImportRow
{
    public required string Project { get; init; }

    public required string ImportId { get; init; }

    public required string SourceUri { get; init; }

    /// <summary>The patterns, one a line.</summary>
    public required string Include { get; init; }

    public JobState State { get; init; } = JobState.Queued;

    /// <summary>Counts the times a process took it up; fences its writes.</summary>
    public int Attempt { get; init; }

    /// <summary>Attempts that went wrong, and the one that runs: it counts until the process gives the import back in good order.</summary>
    public int Failures { get; init; }

    /// <summary>Until when others leave it alone.</summary>
    public long LeaseUntilTicks { get; init; }

    /// <summary>The source was listed: the rows of its files are all there.</summary>
    public bool Listed { get; init; }

    public string Stage { get; init; } = "";

    /// <summary>Bytes.</summary>
    public long Done { get; init; }

    public long Total { get; init; }

    public string ErrorReason { get; init; } = "";

    public string ErrorMessage { get; init; } = "";

    public required long CreatedTicks { get; init; }

    public long? StartTicks { get; init; }

    public long? EndTicks { get; init; }

    public required string Creator { get; init; }
}

/// <summary>A file of an import.</summary>
public sealed class ImportFileRow
{
    public required string Project { get; init; }

    public required string ImportId { get; init; }

    /// <summary>Relative to the source; the upload's file name.</summary>
    public required string Path { get; init; }

    /// <summary>What the source calls it.</summary>
    public required string Key { get; init; }

    /// <summary>Null when the source does not say.</summary>
    public required long? Bytes { get; init; }

    /// <summary>Tells whether the source still has the same content; empty when it does not say.</summary>
    public required string Version { get; init; }

    /// <summary>Empty until there is one.</summary>
    public string UploadId { get; init; } = "";

    public bool Finished { get; init; }

    /// <summary>Of the finished file.</summary>
    public long StoredBytes { get; init; }
}
