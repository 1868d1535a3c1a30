using Mesh.Ingest.Formats.Archives;
using Mesh.Ingest.Formats.Columnar;
using Mesh.Ingest.Formats.Schemas;
using Mesh.Ingest.V1;
using ParquetSharp;
using ParquetSharp.IO;

namespace Mesh.Ingest.Formats.Parquet;

/// <summary>One Parquet file. Holds a page of every column that the version has. Owns the stream.</summary>
internal sealed class ParquetFile : ColumnarFile
{
    /// <summary>Read at once for each column.</summary>
    private const int BufferBytes = 128 * 1024;

    private readonly Stream _stream;
    private readonly string _source;
    private readonly ParquetFooter _footer;
    private readonly List<ParquetColumn> _columns;
    private readonly ParquetFileReader _reader;
    private readonly IngestOptions _limits;
    private readonly ExpansionBudget _budget;
    private readonly bool _enters;
    private RowGroupReader? _group;
    private ParquetLeaf[] _leaves = [];
    private int _nextGroup;
    private long _rowsLeft;
    private long _rowsToSkip;
    private bool _begins;

    private ParquetFile(Stream stream, string source, ParquetFooter footer, ParquetFileReader reader, IngestOptions limits, ExpansionBudget budget, bool enters)
    {
        (_stream, _source, _footer, _reader, _limits, _budget, _enters) = (stream, source, footer, reader, limits, budget, enters);
        _columns = ParquetColumns.Of(footer.Root, reader.FileMetaData.Schema, source);
        Rows = footer.RowGroups.Sum(g => g.Rows);
        Columns = [.. ColumnNames.Of([.. _columns.Select(c => c.Name)], source).Zip(_columns, (name, column) => (name, column.Type))];
    }

    public override IReadOnlyList<(string Name, ColumnType Type)> Columns { get; }

    public override long Rows { get; }

    /// <summary>The first row of a group: to come to another one, the pages before it are read. How far it is into the file is told by its share of the rows.</summary>
    public override (long Head, long Offset)? Start => _enters && _begins ? (0, (long)((double)Row / Rows * _stream.Length)) : null;

    /// <param name="stream">Seeks.</param>
    /// <param name="enters">Whether opening costs no more than the rows that are read.</param>
    public static ParquetFile Open(Stream stream, string source, IngestOptions limits, ExpansionBudget budget, bool enters)
    {
        ParquetFileReader? reader = null;
        try
        {
            var footer = ParquetFooter.Read(stream, source, limits);
            reader = ParquetFault.Guard(source, () =>
            {
                using var properties = ReaderProperties.GetDefaultReaderProperties();
                // Else a column of a row group is read as a whole.
                properties.EnableBufferedStream();
                properties.BufferSize = BufferBytes;
                return new ParquetFileReader(new ManagedRandomAccessFile(stream, leaveOpen: true), properties);
            });
            return ParquetFault.Guard(source, () => new ParquetFile(stream, source, footer, reader, limits, budget, enters));
        }
        catch
        {
            reader?.Dispose();
            stream.Dispose();
            throw;
        }
    }

    public override ValueTask<bool> MoveNextAsync(CancellationToken cancel) => ValueTask.FromResult(MoveNext());

    /// <summary>Passes over the rows before one. Only before the first move.</summary>
    public void GoTo(long row)
    {
        while (_nextGroup < _footer.RowGroups.Count && Row + 1 + _footer.RowGroups[_nextGroup].Rows <= row)
        {
            Row += _footer.RowGroups[_nextGroup++].Rows;
        }

        while (Row + 1 < row && MoveNext())
        {
            // Within a group rows are only counted.
        }
    }

    // Synchronous, as moving is: the file is local. Skipping rows of columns without lists decodes nothing.
    public override string? Read(ColumnarRow row, int[] places)
    {
        OpenGroup();
        // Of the rows since the last that was read, this one is not to be skipped.
        var skipped = _rowsToSkip - 1;
        _rowsToSkip = 0;
        string? problem = null;
        for (var i = 0; i < _leaves.Length; i++)
        {
            if (skipped > 0)
            {
                _leaves[i].Skip(skipped);
            }

            // After a fault the other columns still move on.
            if (problem is null)
            {
                problem = _leaves[i].Take(row, places[i]);
            }
            else
            {
                _leaves[i].Skip(1);
            }
        }

        return problem;
    }

    public override ValueTask DisposeAsync()
    {
        Close();
        _reader.Dispose();
        return _stream.DisposeAsync();
    }

    private bool MoveNext()
    {
        _begins = false;
        while (_rowsLeft == 0)
        {
            if (_nextGroup == _footer.RowGroups.Count)
            {
                return false;
            }

            Close();
            (_rowsLeft, _rowsToSkip, _begins) = (_footer.RowGroups[_nextGroup++].Rows, 0, true);
        }

        Row++;
        _rowsLeft--;
        _rowsToSkip++;
        return true;
    }

    private void OpenGroup()
    {
        if (_group is not null)
        {
            return;
        }

        var number = _nextGroup - 1;
        int[] pages = [.. _columns.Select(c => ParquetPages.Check(_stream, _footer.RowGroups[number].Chunks[c.Leaf], Where(c), _limits, bytes => _budget.Expand(bytes, _source)))];
        _group = ParquetFault.Guard(_source, () => _reader.RowGroup(number));
        _leaves = [.. _columns.Select((c, i) => ParquetFault.Guard(Where(c), () => ParquetLeaf.Of(_group.Column(c.Leaf), c, pages[i], Where(c))))];
    }

    private string Where(ParquetColumn column) => $"{_source}, column {Printable.Of(column.Name, 60)}, row group {_nextGroup - 1},";

    private void Close()
    {
        foreach (var leaf in _leaves)
        {
            leaf.Dispose();
        }

        _leaves = [];
        _group?.Dispose();
        _group = null;
    }
}
