using System.Text;
using Mesh.Ingest.Formats.Archives;
using Mesh.Ingest.Formats.Schemas;

namespace Mesh.Ingest.Formats.Json;

/// <summary>The records of JSON files, one file after the other. Skipping costs finding where records end.</summary>
internal sealed class JsonCursor : RecordCursor
{
    /// <summary>What is shown of a rejected record, and a character more than that.</summary>
    private const int ShownBytes = 16 * 1024;

    private readonly EntryWalk _walk;
    private readonly JsonFormat _format;
    private readonly RecordLayout _layout;
    private readonly string? _onlySplit;
    private readonly RecordSplit _split;
    private readonly IngestOptions _limits;
    private readonly JsonRow _row;
    private readonly char[] _text = new char[ShownBytes];
    private JsonRecords? _records;
    private string _fileSplit = "";
    private string? _problem;

    public JsonCursor(IReadOnlyList<SourceFile> files, JsonFormat format, RecordLayout layout, string? onlySplit, IngestOptions limits)
        : base(layout.Schema)
    {
        (_format, _layout, _onlySplit, _limits) = (format, layout, onlySplit, limits);
        _walk = new EntryWalk(files, new ExpansionBudget(limits));
        _row = new JsonRow(layout, limits);
        _split = new RecordSplit(layout);
    }

    public override string Source => $"{_walk.Source}#{_records!.Place}";

    public override ReadOnlySpan<char> Text
    {
        get
        {
            var shown = _records!.Record.Span.Trim(" \t\r\n"u8);
            return _text.AsSpan(0, Encoding.UTF8.GetChars(shown[..Math.Min(shown.Length, ShownBytes)], _text));
        }
    }

    public override async ValueTask<bool> MoveNextAsync(CancellationToken cancel)
    {
        while (_records is not null || await OpenNextAsync(cancel))
        {
            while (await _records!.MoveNextAsync(cancel))
            {
                Split = _fileSplit;
                if (_split.ByColumn)
                {
                    // Only the record itself says its split.
                    _problem = Read();
                    Split = _split.Of(Row) ?? EntryPlace.NoSplit;
                }

                if (_onlySplit is null || Split == _onlySplit)
                {
                    return true;
                }
            }

            await CloseAsync();
        }

        return false;
    }

    public override ValueTask<string?> ReadAsync(CancellationToken cancel) => ValueTask.FromResult(_split.ByColumn ? _problem : Read());

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await _walk.DisposeAsync();
    }

    private string? Read()
    {
        if (_records!.TooLong)
        {
            Row.Clear();
            return $"has more than {_limits.MaxRecordBytes} bytes";
        }

        return _row.Read(Row, _records.Record.Span)
            ?? (_split.ByColumn && _split.Of(Row) is null ? _split.Problem : null);
    }

    private async Task<bool> OpenNextAsync(CancellationToken cancel)
    {
        while (await _walk.MoveNextAsync(cancel))
        {
            if (_walk.HoldsRecords)
            {
                _records = await _format.OpenAsync(new ReadAheadStream(_walk.OpenContent()), _walk.Source, _layout.Options.Encoding, cancel);
                (File, _fileSplit) = (_walk.File, EntryPlace.SplitOfTable(_walk.Name));
                return true;
            }
        }

        return false;
    }

    private async ValueTask CloseAsync()
    {
        var records = _records;
        _records = null;
        if (records is not null)
        {
            await records.DisposeAsync();
        }
    }
}
