using CsCheck;

namespace Mesh.Shards.Tests;

/// <summary>Rows in memory: the reference that shards are compared with.</summary>
internal sealed record Table(ShardSchema Schema, int Rows, byte[][] Columns)
{
    private static readonly Gen<ShardColumn> GenColumn = Gen.Select(
        Gen.Enum<ElementType>(),
        Gen.Int[1, 5].Array[0, 3],
        (type, shape) => new ShardColumn("c", type, shape));

    public static readonly Gen<Table> Gen1To4Columns = Gen.Select(
        GenColumn.Array[1, 4],
        Gen.Int[0, 300],
        Gen.Int,
        (columns, rows, seed) => Random(new ShardSchema([.. columns.Select((column, i) => Renamed(column, $"c{i}"))]), rows, seed));

    public static Table Random(ShardSchema schema, int rows, int seed = 1)
    {
        var random = new Random(seed);
        var columns = schema.Columns.Select(column => new byte[rows * column.RowBytes]).ToArray();
        Array.ForEach(columns, random.NextBytes);
        return new Table(schema, rows, columns);
    }

    /// <summary>The bytes of some rows of all columns.</summary>
    public ReadOnlyMemory<byte>[] Slice(int start, int rows) =>
        [.. Columns.Select((bytes, i) => (ReadOnlyMemory<byte>)bytes.AsMemory(start * RowBytes(i), rows * RowBytes(i)))];

    public byte[] Row(int column, long row) => Columns[column].AsSpan((int)row * RowBytes(column), RowBytes(column)).ToArray();

    /// <summary>Files of some batches also when they are small.</summary>
    public ShardLayout Layout(long maxBytes) => new(Schema, maxBytes, Math.Min(maxBytes / 8, ShardLayout.DefaultBatchBytes));

    /// <summary>Writes the rows in pieces of the sizes given, over and over.</summary>
    public IReadOnlyList<ShardFile> Write(string folder, long maxBytes = ShardLayout.DefaultMaxBytes, params int[] pieces)
    {
        Directory.CreateDirectory(folder);
        using var writer = new RollingShardWriter(folder, Layout(maxBytes));
        for (int start = 0, i = 0; start < Rows; i++)
        {
            var part = pieces.Length == 0 ? Rows : Math.Min(pieces[i % pieces.Length], Rows - start);
            writer.Append(part, Slice(start, part));
            start += part;
        }
        return writer.Finish();
    }

    private int RowBytes(int column) => Schema.Columns[column].RowBytes;

    private static ShardColumn Renamed(ShardColumn column, string name) => new(name, column.ElementType, [.. column.Shape]);
}
