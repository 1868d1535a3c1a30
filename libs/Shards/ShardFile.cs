namespace Mesh.Shards;

/// <summary>A finished shard: where it lies, its rows, and its size in bytes.</summary>
public sealed record ShardFile(string Path, long Rows, long Bytes);
