namespace Mesh.Ingest.Storage;

/// <summary>A resource that needs a version; the version cannot be deleted before it lets go.</summary>
public sealed class PinRow
{
    public required string Project { get; init; }

    public required string DatasetId { get; init; }

    public required int Version { get; init; }

    /// <summary>Resource name.</summary>
    public required string Holder { get; init; }

    public required long CreatedTicks { get; init; }
}
