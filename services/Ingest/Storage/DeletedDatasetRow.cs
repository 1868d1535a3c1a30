namespace Mesh.Ingest.Storage;

/// <summary>
/// What is left of a dataset that was deleted: which version numbers it gave. One that is created with its name goes on from
/// there, for the addresses of the old versions are in caches that keep them for ever. Stays for good.
/// </summary>
public sealed class DeletedDatasetRow
{
    public required string Project { get; init; }

    public required string DatasetId { get; init; }

    public required int LastVersion { get; init; }
}
