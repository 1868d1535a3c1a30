namespace Mesh.Blobs.Staging;

/// <summary>An unfinished upload: bytes that are durable, and when the last were written.</summary>
public sealed record StagedUpload(string Id, long CommittedBytes, DateTimeOffset LastWrite);
