namespace Mesh.Shards;

/// <summary>A file is not a shard, or is a truncated or altered one. The message names the file without its folder.</summary>
public sealed class ShardFormatException(string path, string problem, Exception? inner = null)
    : Exception($"{System.IO.Path.GetFileName(path)} is not a valid shard: {problem}.", inner)
{
    public string Path { get; } = path;
}
