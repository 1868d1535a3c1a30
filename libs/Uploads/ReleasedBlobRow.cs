namespace Mesh.Uploads;

/// <summary>A blob that lost a reference. Written in the transaction that dropped it, so that a crash cannot leave the blob behind.</summary>
public sealed class ReleasedBlobRow
{
    /// <summary>Every release is a row of its own: a collector removes the ones it has seen, never one that came after it looked.</summary>
    public Guid ReleaseId { get; init; } = Guid.CreateVersion7();

    public required string Project { get; init; }

    public required string Sha256 { get; init; }
}
