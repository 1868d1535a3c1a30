using Mesh.Ingest.Formats.Archives;
using Mesh.Ingest.Formats.Schemas;

namespace Mesh.Ingest.Formats.Columnar;

/// <summary>The rows of files of typed columns, one file after the other.</summary>
internal sealed class ColumnarCursor : RecordCursor
{
    private readonly EntryWalk _walk;
    private readonly ExpansionBudget _budget;
    private readonly ColumnarFormat _format;
    private readonly string? _onlySplit;
    private readonly string[] _names;
    private readonly ColumnarRow _row;
    private readonly RecordSplit _split;
    private ColumnarFile? _file;
    private int[] _places = [];
    private string _fileSplit = "";
    private string? _problem;
    private bool _first;
    private CursorPlace? _start;

    public ColumnarCursor(IReadOnlyList<SourceFile> files, ColumnarFormat format, RecordLayout layout, string? onlySplit, IngestOptions limits)
        : base(layout.Schema)
    {
        (_format, _onlySplit, _budget) = (format, onlySplit, new ExpansionBudget(limits));
        _walk = new EntryWalk(files, _budget);
        _names = [.. layout.Schema.Columns.Select(c => c.Name)];
        _row = new ColumnarRow(layout, limits);
        _split = new RecordSplit(layout);
    }

    public override string Source => $"{_walk.Source}#{_file!.Row}";

    public override CursorPlace? Place =>
        _first ? _walk.PlaceOf()
        : _file!.Start is { } start ? _walk.PlaceOf(start.Head, start.Offset, _file.Row)
        : null;

    public override void StartAt(in CursorPlace place)
    {
        _start = place;
        _walk.StartAt(place.Entry);
    }

    public override async ValueTask<bool> MoveNextAsync(CancellationToken cancel)
    {
        while (_file is not null || await OpenNextAsync(cancel))
        {
            while (await _file!.MoveNextAsync(cancel))
            {
                _first = _file.Row == 0;
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

    public override ValueTask<string?> ReadAsync(CancellationToken cancel) => ValueTask.FromResult(
        !_split.ByColumn ? Read()
        : _problem ?? (_split.Of(Row) is null ? _split.Problem : null));

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await _walk.DisposeAsync();
    }

    private string? Read()
    {
        _row.Begin(Row);
        var problem = _file!.Read(_row, _places) ?? _row.End();
        // One value of a dictionary may be that of every row.
        _budget.Expand(_row.Bytes, _walk.Source);
        return problem;
    }

    private async Task<bool> OpenNextAsync(CancellationToken cancel)
    {
        while (await _walk.MoveNextAsync(cancel))
        {
            if (_walk.HoldsRecords)
            {
                _file = await _format.OpenAsync(_walk, _budget, _start is { Before: > 0 } within ? within : null, cancel);
                _start = null;
                _places = ColumnPlaces.Of(_names, _file.Columns, _walk.Source);
                (File, _fileSplit) = (_walk.File, EntryPlace.SplitOfTable(_walk.Name));
                Total += _file.Rows;
                return true;
            }
        }

        return false;
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
