namespace Mesh.Blobs;

/// <summary>A stored blob; <paramref name="Size"/> in bytes.</summary>
public sealed record BlobInfo(BlobDigest Digest, long Size);
