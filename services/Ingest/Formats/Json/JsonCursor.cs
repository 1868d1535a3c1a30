using System.Text;
using Mesh.Ingest.Formats.Archives;
using Mesh.Ingest.Formats.Schemas;
using Mesh.Ingest.Formats.Texts;

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
    private LineMarks? _marks;
    private long _head;
    private long _offset;
    private long _candidates;
    private CursorPlace? _start;

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

    public override CursorPlace? Place =>
        _candidates == 1 ? _walk.PlaceOf()
        : _head > 0 && _offset > 0 ? _walk.PlaceOf(_head, _offset, _records!.Place - 1)
        : null;

    public override void StartAt(in CursorPlace place)
    {
        _start = place;
        _walk.StartAt(place.Entry);
    }

    public override async ValueTask<bool> MoveNextAsync(CancellationToken cancel)
    {
        while (_records is not null || await OpenNextAsync(cancel))
        {
            while (await _records!.MoveNextAsync(cancel))
            {
                Locate();
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

    /// <summary>Looks up where the record is.</summary>
    private void Locate()
    {
        if (_marks is not null)
        {
            _head = _candidates == 0 ? _marks.Behind(1) : _head;
            _offset = _marks.Behind(_records!.Place - 1);
        }

        _candidates++;
    }

    private async Task<bool> OpenNextAsync(CancellationToken cancel)
    {
        while (await _walk.MoveNextAsync(cancel))
        {
            if (_walk.HoldsRecords)
            {
                var start = _start is { Offset: > 0 } within ? within : (CursorPlace?)null;
                (_start, _candidates, _head, _offset) = (null, start is null ? 0 : 1, 0, 0);
                _marks = _format.IsLines && _walk.Seeks && start is null ? new LineMarks(TextEncodings.Get(_layout.Options.Encoding), detects: false) : null;
                var content = start is { } there ? _walk.OpenContent(there.Head, there.Offset) : _walk.OpenContent();
                _records = await _format.OpenAsync(new ReadAheadStream(content, _marks), _walk.Source, _layout.Options.Encoding, cancel);
                if (start is { } place)
                {
                    await _records.StartBehindAsync(place.Before, cancel);
                }

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
