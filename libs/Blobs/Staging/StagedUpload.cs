namespace Mesh.Blobs.Staging;

/// <summary>An unfinished upload: bytes written, those not durable yet included, and when the last were.</summary>
public sealed record StagedUpload(string Id, long CommittedBytes, DateTimeOffset LastWrite);
