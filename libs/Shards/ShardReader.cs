using Mesh.Shards.Arrow;

namespace Mesh.Shards;

/// <summary>
/// A memory-mapped shard. All its structure is checked when it is opened, so that no file, however altered, makes a read leave it; that the values are
/// those written is for the blob store's digests to prove.
/// </summary>
public sealed class ShardReader : IDisposable
{
    private readonly ArrowFile arrow;

    private ShardReader(MappedFile file, ArrowFile arrow)
    {
        File = file;
        this.arrow = arrow;
        Rows = arrow.Batches.Sum(batch => batch.Rows);
    }

    public ShardSchema Schema => arrow.Schema;

    public long Rows { get; }

    public int BatchCount => arrow.Batches.Count;

    internal MappedFile File { get; }

    /// <exception cref="ShardFormatException">The file is not a shard, has another format_version, or was truncated or altered.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static ShardReader Open(string path)
    {
        MappedFile? file = null;
        try
        {
            file = new MappedFile(path);
            return new ShardReader(file, ArrowFile.Decode(file.Bytes));
        }
        catch (InvalidDataException invalid)
        {
            file?.Dispose();
            throw new ShardFormatException(path, invalid.Message, invalid);
        }
    }

    public int RowsIn(int batch) => (int)arrow.Batches[batch].Rows;

    /// <summary>The rows of a column in one batch, back to back, without a copy. Valid until this reader is disposed.</summary>
    public ReadOnlySpan<byte> Column(int batch, int column)
    {
        var length = RowsIn(batch) * Schema.Columns[column].RowBytes;
        return File.Bytes.Slice((int)OffsetOf(batch, column), length);
    }

    public void Dispose() => File.Dispose();

    internal long OffsetOf(int batch, int column) => arrow.Batches[batch].ColumnOffsets[column];
}
