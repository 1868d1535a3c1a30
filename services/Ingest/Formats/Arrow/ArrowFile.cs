using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using Mesh.Ingest.Formats.Archives;
using Mesh.Ingest.Formats.Columnar;
using Mesh.Ingest.Formats.Schemas;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats.Arrow;

/// <summary>One Arrow file or stream. Holds a batch, the message it came in, and the dictionaries.</summary>
internal sealed class ArrowFile : ColumnarFile
{
    private readonly ArrowMessages _messages;
    private readonly ArrowMemory _memory;
    private readonly ArrowStreamReader _reader;
    private readonly string _source;
    private readonly IngestOptions _limits;
    private readonly bool _enters;
    private List<ArrowColumn> _columns = [];
    private ArrowCells[] _cells = [];
    private int _index;
    private int _length;

    private ArrowFile(ArrowMessages messages, string source, IngestOptions limits, ExpansionBudget budget, bool enters)
    {
        (_messages, _memory, _source, _limits, _enters) = (messages, new ArrowMemory(messages, budget, source), source, limits, enters);
        // Extension types are read as what they are stored as.
        _reader = new ArrowStreamReader(new ArrowContext(_memory, new CompressionCodecFactory(), new ExtensionTypeRegistry()), messages, leaveOpen: true);
    }

    public override IReadOnlyList<(string Name, ColumnType Type)> Columns => [.. _columns.Select(c => (c.Name, c.Type))];

    /// <summary>The first row of a batch, behind the schema and the dictionaries.</summary>
    public override (long Head, long Offset)? Start => _enters && _index == 0 && _messages.Head is > 0 and var head ? (head, _messages.Offset) : null;

    /// <param name="before">Rows before the first of the content.</param>
    /// <param name="enters">Whether the content can be entered in its middle, and none of it is left out already.</param>
    public static async Task<ArrowFile> OpenAsync(
        Stream content, string source, IngestOptions limits, ExpansionBudget budget, long before, bool enters, CancellationToken cancel)
    {
        var file = new ArrowFile(new ArrowMessages(content, source, limits), source, limits, budget, enters) { Row = before - 1 };
        try
        {
            var schema = await ArrowFault.GuardAsync(source, () => file._reader.GetSchema(cancel)) ?? throw ArrowFault.Damaged(source, "has no schema");
            var columns = ArrowFault.Guard(source, () => ArrowColumn.Of(schema, source));
            if (columns.Count > limits.MaxColumns)
            {
                throw new DatasetException("TOO_MANY_COLUMNS", $"{source} has {columns.Count} columns; {limits.MaxColumns} are possible here.");
            }

            file._columns = [.. ColumnNames.Of([.. columns.Select(c => c.Name)], source).Zip(columns, (name, column) => column with { Name = name })];
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    public override async ValueTask<bool> MoveNextAsync(CancellationToken cancel)
    {
        _index++;
        while (_index >= _length)
        {
            if (!await NextBatchAsync(cancel))
            {
                return false;
            }
        }

        Row++;
        return Row < _limits.MaxRecords ? true : throw new DatasetException("TOO_MANY_RECORDS", $"{_source} has more than {_limits.MaxRecords} rows.");
    }

    public override string? Read(ColumnarRow row, int[] places)
    {
        try
        {
            for (var i = 0; i < _cells.Length; i++)
            {
                if (_cells[i].Take(_index, row, places[i]) is { } problem)
                {
                    return problem;
                }
            }
        }
        catch (Exception e) when (ArrowFault.IsDamage(e))
        {
            throw ArrowFault.Damaged(_source, $"holds a row that cannot be read, {Row}");
        }

        return null;
    }

    public override ValueTask DisposeAsync()
    {
        _memory.Dispose();
        _reader.Dispose();
        return _messages.DisposeAsync();
    }

    private async Task<bool> NextBatchAsync(CancellationToken cancel)
    {
        _cells = [];
        _memory.Dispose();
        if (await ArrowFault.GuardAsync(_source, () => _reader.ReadNextRecordBatchAsync(cancel)) is not { } batch)
        {
            return false;
        }

        (_index, _length) = (0, batch.Length);
        _cells = ArrowFault.Guard(_source, () => _columns.Select(c => ArrowCells.Of(batch, c)).ToArray());
        return true;
    }
}
