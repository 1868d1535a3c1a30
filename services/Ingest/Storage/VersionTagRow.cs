namespace Mesh.Ingest.Storage;

/// <summary>A name for a version; moves from version to version.</summary>
public sealed class VersionTagRow
{
    public required string Project { get; init; }

    public required string DatasetId { get; init; }

    public required string Tag { get; init; }

    public required int Version { get; init; }
}
