using System.Buffers.Binary;
using Mesh.Shards.Arrow;

namespace Mesh.Shards;

/// <summary>
/// Writes one shard front to back to a stream. Keeps one record batch in memory (about 4 MiB, or one row when that is larger). Not thread safe.
/// <see cref="Finish"/> makes it complete; the stream stays open.
/// </summary>
public sealed class ShardWriter
{
    private readonly Stream output;
    private readonly ShardLayout layout;
    private readonly byte[][] pending;
    private readonly List<ArrowBlock> batches = [];
    private int pendingRows;
    private bool finished;

    public ShardWriter(Stream output, ShardLayout layout)
    {
        this.output = output;
        this.layout = layout;
        pending = [.. layout.Schema.Columns.Select(column => new byte[layout.BatchRows * column.RowBytes])];
        Write([.. ArrowFormat.Magic, 0, 0]);
        Write(ArrowEncoder.SchemaMessage(layout.Schema, Bytes));
    }

    public long Rows { get; private set; }

    /// <summary>Bytes written so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Appends rows: for each column of the schema, in order, the bytes of that many rows back to back. Copies them.</summary>
    /// <exception cref="ArgumentException">A column is missing or has another length; nothing was appended.</exception>
    /// <exception cref="InvalidOperationException">The shard is full (<see cref="ShardLayout.ShardRows"/>) or finished.</exception>
    public void Append(int rows, params ReadOnlySpan<ReadOnlyMemory<byte>> columns)
    {
        CheckColumns(layout.Schema, rows, columns);
        if (finished || rows > layout.ShardRows - Rows)
        {
            throw new InvalidOperationException("The shard is finished or has no room for these rows.");
        }
        for (var done = 0; done < rows;)
        {
            var part = Math.Min(rows - done, layout.BatchRows - pendingRows);
            for (var i = 0; i < pending.Length; i++)
            {
                var rowBytes = layout.Schema.Columns[i].RowBytes;
                columns[i].Span.Slice(done * rowBytes, part * rowBytes).CopyTo(pending[i].AsSpan(pendingRows * rowBytes));
            }
            done += part;
            pendingRows += part;
            Rows += part;
            if (pendingRows == layout.BatchRows)
            {
                WriteBatch();
            }
        }
    }

    /// <summary>Writes what is pending and the footer.</summary>
    public void Finish()
    {
        if (finished)
        {
            return;
        }
        finished = true;
        if (pendingRows > 0)
        {
            WriteBatch();
        }
        Span<byte> word = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(word, ArrowFormat.Continuation);
        Write(word);
        var footer = ArrowEncoder.Footer(layout.Schema, batches);
        Write(footer);
        BinaryPrimitives.WriteInt32LittleEndian(word, footer.Length);
        Write(word[..4]);
        Write(ArrowFormat.Magic);
        output.Flush();
    }

    internal static void CheckColumns(ShardSchema schema, int rows, ReadOnlySpan<ReadOnlyMemory<byte>> columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        if (columns.Length != schema.Columns.Count)
        {
            throw new ArgumentException($"{columns.Length} columns were given; the schema has {schema.Columns.Count}.", nameof(columns));
        }
        for (var i = 0; i < columns.Length; i++)
        {
            var expected = (long)rows * schema.Columns[i].RowBytes;
            if (columns[i].Length != expected)
            {
                throw new ArgumentException(
                    $"Column {schema.Columns[i].Name} has {columns[i].Length} bytes; {rows} rows have {expected}.", nameof(columns));
            }
        }
    }

    private void WriteBatch()
    {
        var message = ArrowEncoder.BatchMessage(layout.Schema, pendingRows);
        var offset = Bytes;
        Write(message);
        Span<byte> zeros = stackalloc byte[ArrowFormat.Alignment];
        zeros.Clear();
        for (var i = 0; i < pending.Length; i++)
        {
            var length = pendingRows * layout.Schema.Columns[i].RowBytes;
            Write(pending[i].AsSpan(0, length));
            Write(zeros[..(int)(ArrowFormat.Align(length) - length)]);
        }
        batches.Add(new ArrowBlock(offset, message.Length, Bytes - offset - message.Length));
        pendingRows = 0;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        Bytes += bytes.Length;
    }
}
