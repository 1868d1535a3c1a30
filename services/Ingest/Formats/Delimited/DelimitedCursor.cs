using Mesh.Ingest.Formats.Archives;
using Mesh.Ingest.Formats.Texts;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats.Delimited;

/// <summary>The rows of tables, one file after the other. Skipping costs finding the ends of rows.</summary>
internal sealed class DelimitedCursor : RecordCursor
{
    private readonly EntryWalk _walk;
    private readonly RecordLayout _layout;
    private readonly string[] _names;
    private readonly string? _onlySplit;
    private readonly IngestOptions _limits;
    private readonly FieldText _fields;
    private readonly int _splitColumn;
    private DelimitedFile? _file;
    private int[] _places = [];
    private int _splitField;
    private string _fileSplit = "";
    private bool _standing;
    private long _head;
    private long _candidates;
    private CursorPlace? _start;

    public DelimitedCursor(IReadOnlyList<SourceFile> files, RecordLayout layout, string? onlySplit, IngestOptions limits)
        : base(layout.Schema)
    {
        (_layout, _onlySplit, _limits) = (layout, onlySplit, limits);
        _walk = new EntryWalk(files, new ExpansionBudget(limits));
        _names = [.. layout.Schema.Columns.Select(c => c.Name)];
        _fields = new FieldText(layout.Options.NullValues);
        _splitColumn = Array.IndexOf(_names, layout.Options.SplitColumn);
    }

    public override string Source => $"{_walk.Source}#{_file!.Line}";

    public override ReadOnlySpan<char> Text => _file!.Text;

    public override CursorPlace? Place =>
        _candidates == 1 ? _walk.PlaceOf()
        : _head > 0 && _file!.Offset > 0 ? _walk.PlaceOf(_head, _file.Offset, _file.Line - 1)
        : null;

    public override void StartAt(in CursorPlace place)
    {
        _start = place;
        _walk.StartAt(place.Entry);
    }

    /// <summary>Mostly the next row is in the buffer already, and this costs no state machine.</summary>
    public override ValueTask<bool> MoveNextAsync(CancellationToken cancel)
    {
        while (_file is not null)
        {
            var moved = NextRow(cancel);
            if (!moved.IsCompletedSuccessfully)
            {
                return MoveOnAsync(moved, cancel);
            }

            if (!moved.Result)
            {
                break;
            }

            if (IsWanted())
            {
                return ValueTask.FromResult(true);
            }
        }

        return MoveOnAsync(ValueTask.FromResult(false), cancel);
    }

    public override ValueTask<string?> ReadAsync(CancellationToken cancel) => ValueTask.FromResult(Read());

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await _walk.DisposeAsync();
    }

    /// <param name="moved">Whether the file has another row.</param>
    private async ValueTask<bool> MoveOnAsync(ValueTask<bool> moved, CancellationToken cancel)
    {
        while (true)
        {
            if (await moved)
            {
                if (IsWanted())
                {
                    return true;
                }
            }
            else
            {
                await CloseAsync();
                if (!await OpenNextAsync(cancel))
                {
                    return false;
                }
            }

            moved = NextRow(cancel);
        }
    }

    // Opening a file without a header leaves it standing on its first row.
    private ValueTask<bool> NextRow(CancellationToken cancel)
    {
        var standing = _standing;
        _standing = false;
        return standing ? ValueTask.FromResult(true) : _file!.MoveNextAsync(cancel);
    }

    private bool IsWanted()
    {
        _candidates++;
        Split = SplitOfRow();
        return _onlySplit is null || Split == _onlySplit;
    }

    private string? Read()
    {
        Row.Clear();
        if (_file!.Problem() is { } problem)
        {
            return problem;
        }

        if (_file.FieldCount != _places.Length)
        {
            return $"has {_file.FieldCount} fields; there are {_places.Length} columns";
        }

        for (var i = 0; i < _places.Length; i++)
        {
            var field = _file.Field(i);
            if (_fields.Take(field, Row, _places[i]) is { } wrong)
            {
                CheckWidening(_places[i], field);
                return wrong;
            }
        }

        return _splitColumn >= 0 && EntryPlace.SplitOf(_file.Field(_splitField).ToString()) is null
            ? $"has {_names[_splitColumn]} \"{Printable.Of(_file.Field(_splitField).ToString(), 40)}\", which is not train, test or validation"
            : null;
    }

    private void CheckWidening(int column, ReadOnlySpan<char> field)
    {
        if (Row.Columns[column].Type == ColumnType.Int64 && _layout.Inferred.Contains(_names[column]) && FieldText.TryNumber(field, out _))
        {
            throw new ColumnWidenedException(_names[column], ColumnType.Double);
        }
    }

    private string SplitOfRow()
    {
        if (_splitColumn < 0)
        {
            return _fileSplit;
        }

        return _splitField < _file!.FieldCount && EntryPlace.SplitOf(_file.Field(_splitField).ToString()) is { } split ? split : EntryPlace.NoSplit;
    }

    private async Task<bool> OpenNextAsync(CancellationToken cancel)
    {
        while (await _walk.MoveNextAsync(cancel))
        {
            if (!_walk.HoldsRecords)
            {
                continue;
            }

            var start = _start is { Offset: > 0 } within ? within : (CursorPlace?)null;
            _start = null;
            _file = await OpenAsync(start, cancel);
            if (!await _file.MoveNextAsync(cancel))
            {
                await CloseAsync();
                continue;
            }

            string[] first = [.. Enumerable.Range(0, _file.FieldCount).Select(i => _file.Field(i).ToString())];
            _places = DelimitedColumns.Places(_names, first, _layout.Options, _walk.Source);
            _splitField = Array.IndexOf(_places, _splitColumn);
            _standing = _layout.Options.Header == FormatOptions.Types.Header.Absent;
            (_head, _candidates) = (_file.End, start is null ? 0 : 1);
            if (start is { } place)
            {
                // The first row was read for the names of the columns; what comes is what the place was of.
                _file.GoTo(place.Before + 1);
                _standing = false;
            }

            (File, _fileSplit) = (_walk.File, EntryPlace.SplitOfTable(_walk.Name));
            return true;
        }

        return false;
    }

    /// <param name="start">Where to go on behind the first row; null for the second.</param>
    private Task<DelimitedFile> OpenAsync(CursorPlace? start, CancellationToken cancel)
    {
        var content = start is { } place ? _walk.OpenContent(place.Head, place.Offset) : _walk.OpenContent();
        var marks = _walk.Seeks && start is null ? new LineMarks(TextEncodings.Get(_layout.Options.Encoding), detects: true) : null;
        return DelimitedFile.OpenAsync(new ReadAheadStream(content, marks), _walk.Source, _layout.Options, _limits, cancel, marks);
    }

    private async ValueTask CloseAsync()
    {
        var file = _file;
        _file = null;
        if (file is not null)
        {
            await file.DisposeAsync();
        }
    }
}
