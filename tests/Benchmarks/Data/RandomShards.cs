using Mesh.Shards;
using Mesh.Tests.Shared;

namespace Mesh.Benchmarks.Data;

/// <summary>A shard set of seeded noise, <c>image</c> uint8 and <c>label</c> int64, in a temporary folder.</summary>
internal sealed class RandomShards : IDisposable
{
    private const int RowsAtOnce = 64;

    private readonly TemporaryFolder folder = new();

    public RandomShards(int[] shape, int rows, long maxShardBytes = ShardLayout.DefaultMaxBytes)
    {
        var schema = new ShardSchema(new ShardColumn("image", ElementType.UInt8, shape), new ShardColumn("label", ElementType.Int64));
        using var writer = new RollingShardWriter(folder.Path, new ShardLayout(schema, maxShardBytes));
        var random = new Random(1);
        var (images, labels) = (new byte[RowsAtOnce * schema["image"].RowBytes], new byte[RowsAtOnce * sizeof(long)]);
        for (var done = 0; done < rows; done += RowsAtOnce)
        {
            random.NextBytes(images);
            var part = Math.Min(RowsAtOnce, rows - done);
            writer.Append(part, images.AsMemory(0, part * schema["image"].RowBytes), labels.AsMemory(0, part * sizeof(long)));
        }
        Paths = [.. writer.Finish().Select(file => file.Path)];
        Set = ShardSet.Open(Paths);
    }

    public IReadOnlyList<string> Paths { get; }

    public ShardSet Set { get; }

    public void Dispose()
    {
        Set.Dispose();
        folder.Dispose();
    }
}
