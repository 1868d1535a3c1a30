using Mesh.Ingest.Formats.Archives;
using Mesh.Ingest.Formats.Columnar;
using Mesh.Ingest.Formats.Schemas;

namespace Mesh.Ingest.Formats.Parquet;

/// <summary>The rows of Parquet files, one file after the other. Skipping rows of columns without lists decodes nothing.</summary>
internal sealed class ParquetCursor : RecordCursor
{
    private readonly EntryWalk _walk;
    private readonly ExpansionBudget _budget;
    private readonly Spool _spool;
    private readonly IngestOptions _limits;
    private readonly string? _onlySplit;
    private readonly string[] _names;
    private readonly ColumnarRow _row;
    private readonly RecordSplit _split;
    private ParquetFile? _file;
    private int[] _places = [];
    private string _fileSplit = "";
    private string? _problem;

    public ParquetCursor(IReadOnlyList<SourceFile> files, RecordLayout layout, string? onlySplit, Spool spool, IngestOptions limits)
        : base(layout.Schema)
    {
        (_onlySplit, _spool, _limits, _budget) = (onlySplit, spool, limits, new ExpansionBudget(limits));
        _walk = new EntryWalk(files, _budget);
        _names = [.. layout.Schema.Columns.Select(c => c.Name)];
        _row = new ColumnarRow(layout, Row, limits);
        _split = new RecordSplit(layout, Row);
    }

    public override string Source => $"{_walk.Source}#{_file!.Row}";

    public override async ValueTask<bool> MoveNextAsync(CancellationToken cancel)
    {
        while (_file is not null || await OpenNextAsync(cancel))
        {
            while (_file!.MoveNext())
            {
                Split = _fileSplit;
                if (_split.ByColumn)
                {
                    _problem = _file.Read(_row, _places);
                    Split = _split.Of() ?? EntryPlace.NoSplit;
                }

                if (_onlySplit is null || Split == _onlySplit)
                {
                    return true;
                }
            }

            Close();
        }

        return false;
    }

    // Synchronous all through: the file is local.
    public override ValueTask<string?> ReadAsync(CancellationToken cancel) => ValueTask.FromResult(
        !_split.ByColumn ? _file!.Read(_row, _places)
        : _problem ?? (_split.Of() is null ? _split.Problem : null));

    public override ValueTask DisposeAsync()
    {
        Close();
        return _walk.DisposeAsync();
    }

    private async Task<bool> OpenNextAsync(CancellationToken cancel)
    {
        while (await _walk.MoveNextAsync(cancel))
        {
            if (_walk.HoldsRecords)
            {
                _file = ParquetFile.Open(await _walk.OpenSeekableAsync(_spool, cancel), _walk.Source, _limits, _budget);
                _places = ColumnPlaces.Of(_names, _file.Names, _walk.Source);
                (File, _fileSplit) = (_walk.File, EntryPlace.SplitOfTable(_walk.Name));
                Total += _file.Rows;
                return true;
            }
        }

        return false;
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }
}
