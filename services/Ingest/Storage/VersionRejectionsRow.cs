namespace Mesh.Ingest.Storage;

/// <summary>Which candidates a reader of a version skips. Apart from the version, because it can be megabytes that nobody else needs.</summary>
public sealed class VersionRejectionsRow
{
    public required string Project { get; init; }

    public required string DatasetId { get; init; }

    public required int Version { get; init; }

    /// <summary>See RejectedOrdinals.</summary>
    public required byte[] Ordinals { get; init; }
}
