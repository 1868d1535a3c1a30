namespace Mesh.Ingest.Storage;

/// <summary>A file of a version. Its row keeps the blob alive.</summary>
public sealed class VersionFileRow
{
    public required string Project { get; init; }

    public required string DatasetId { get; init; }

    public required int Version { get; init; }

    public required string Path { get; init; }

    public required string Sha256 { get; init; }

    public required long SizeBytes { get; init; }
}
