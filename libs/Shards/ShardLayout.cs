using System.Numerics;
using Mesh.Shards.Arrow;

namespace Mesh.Shards;

/// <summary>
/// Where record batches and files end. It follows from the schema and the size bound alone: the same rows give the same files, however they
/// were appended.
/// </summary>
public sealed class ShardLayout
{
    /// <summary>256 MiB.</summary>
    public const long DefaultMaxBytes = 256L << 20;

    /// <summary>4 MiB: large enough that metadata is nothing, small enough that a writer's memory is little.</summary>
    public const long DefaultBatchBytes = 4 << 20;

    private const int MaxBatchRows = 65536;

    /// <param name="schema">The columns.</param>
    /// <param name="maxBytes">No file is larger.</param>
    /// <param name="batchBytes">No record batch has more bytes of values, unless one row has.</param>
    /// <exception cref="ArgumentException">Not even one row fits.</exception>
    public ShardLayout(ShardSchema schema, long maxBytes = DefaultMaxBytes, long batchBytes = DefaultBatchBytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxBytes, int.MaxValue);
        Schema = schema;
        MaxBytes = maxBytes;
        var batchRows = 1 << BitOperations.Log2((ulong)Math.Clamp(batchBytes / schema.RowBytes, 1, MaxBatchRows));
        var around = ArrowEncoder.SchemaMessage(schema, offset: 8).Length + ArrowEncoder.Footer(schema, []).Length + 64;
        var perBatch = ArrowEncoder.BatchMessage(schema, 0).Length + ArrowBlock.Size;
        while (batchRows > 1 && around + perBatch + ArrowEncoder.BodyLength(schema, batchRows) > maxBytes)
        {
            batchRows /= 2;
        }
        var batches = (maxBytes - around) / (perBatch + ArrowEncoder.BodyLength(schema, batchRows));
        if (batches < 1)
        {
            throw new ArgumentException($"A row of {schema.RowBytes} bytes does not fit in a shard of {maxBytes}.", nameof(maxBytes));
        }
        BatchRows = batchRows;
        ShardRows = batches * batchRows;
    }

    public ShardSchema Schema { get; }

    public long MaxBytes { get; }

    /// <summary>Rows of every record batch but the last of a shard; a power of two.</summary>
    public int BatchRows { get; }

    /// <summary>Rows of every shard but the last; a multiple of <see cref="BatchRows"/>.</summary>
    public long ShardRows { get; }
}
