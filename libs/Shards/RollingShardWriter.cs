namespace Mesh.Shards;

/// <summary>
/// Writes rows to as many shards as they need: <c>{folder}/{prefix}-00000.arrow</c>, <c>-00001</c>, … Every shard but the last has
/// <see cref="ShardLayout.ShardRows"/> rows; no rows give one empty shard, so that the schema is kept. Disposed before <see cref="Finish"/>, it removes its files.
/// Not thread safe.
/// </summary>
public sealed class RollingShardWriter(string folder, ShardLayout layout, string prefix = "shard") : IDisposable
{
    // Whole batches are written at once, so a stream's own buffer would only copy.
    private static readonly FileStreamOptions NewFile = new()
    {
        Mode = FileMode.Create,
        Access = FileAccess.Write,
        BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    };

    private readonly List<ShardFile> files = [];
    private FileStream? output;
    private ShardWriter? writer;
    private bool finished;

    /// <summary>The shards that are complete; more come until <see cref="Finish"/>. The caller may move them away.</summary>
    public IReadOnlyList<ShardFile> Files => files;

    /// <inheritdoc cref="ShardWriter.Append"/>
    public void Append(int rows, params ReadOnlySpan<ReadOnlyMemory<byte>> columns)
    {
        ObjectDisposedException.ThrowIf(finished, this);
        ShardWriter.CheckColumns(layout.Schema, rows, columns);
        var parts = new ReadOnlyMemory<byte>[columns.Length];
        for (var done = 0; done < rows;)
        {
            writer ??= Open();
            var part = (int)Math.Min(rows - done, layout.ShardRows - writer.Rows);
            for (var i = 0; i < parts.Length; i++)
            {
                var rowBytes = layout.Schema.Columns[i].RowBytes;
                parts[i] = columns[i].Slice(done * rowBytes, part * rowBytes);
            }
            writer.Append(part, parts);
            done += part;
            if (writer.Rows == layout.ShardRows)
            {
                Close();
            }
        }
    }

    /// <summary>Completes the last shard and returns all of them, in order.</summary>
    public IReadOnlyList<ShardFile> Finish()
    {
        if (!finished)
        {
            if (files.Count == 0)
            {
                writer ??= Open();
            }
            Close();
            finished = true;
        }
        return files;
    }

    public void Dispose()
    {
        if (finished)
        {
            return;
        }
        finished = true;
        output?.Dispose();
        for (var i = 0; i < files.Count + (output is null ? 0 : 1); i++)
        {
            File.Delete(PathOf(i));
        }
    }

    private string PathOf(int index) => Path.Combine(folder, $"{prefix}-{index:D5}.arrow");

    private ShardWriter Open()
    {
        output = new FileStream(PathOf(files.Count), NewFile);
        return new ShardWriter(output, layout);
    }

    private void Close()
    {
        if (writer is null)
        {
            return;
        }
        writer.Finish();
        output!.Dispose();
        files.Add(new ShardFile(PathOf(files.Count), writer.Rows, writer.Bytes));
        (writer, output) = (null, null);
    }
}
