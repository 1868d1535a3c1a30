namespace Mesh.Ingest.Storage;

/// <summary>What few callers ask for. Apart from the version, because it can be megabytes that nobody else needs.</summary>
public sealed class VersionDetailsRow
{
    public required string Project { get; init; }

    public required string DatasetId { get; init; }

    public required int Version { get; init; }

    /// <summary>Which candidates a reader skips; see RejectedOrdinals.</summary>
    public required byte[] Rejections { get; init; }

    /// <summary>Where its files can be entered; see RestartPoints. A few KiB for each GiB of files, and 12 KiB a file at most.</summary>
    public required byte[] Restarts { get; init; }

    /// <summary>A <see cref="V1.DatasetVersionStatistics"/>.</summary>
    public required byte[] Statistics { get; init; }
}
