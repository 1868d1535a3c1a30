using System.Threading.Channels;
using Mesh.Ingest.Records;

namespace Mesh.Ingest.Statistics;

/// <summary>
/// Adds rows to the columns' statistics beside the thread that parses them, in their order. Rows go to and fro in small
/// batches: the parser gets an empty one for each that it hands over, and waits when the statistics are two batches behind.
/// </summary>
internal sealed class ColumnThread : IAsyncDisposable
{
    private const int Batches = 3;

    /// <summary>Values of a batch, about: what is handed over stays in the processor's cache.</summary>
    private const int ValuesPerBatch = 4096;

    /// <summary>Characters of a batch: texts may be long, and stay in memory until they were looked at.</summary>
    private const int CharactersPerBatch = 256 * 1024;

    private readonly ColumnCollector[] _columns;
    private readonly Channel<Batch> _full = Channel.CreateUnbounded<Batch>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly Channel<Batch> _empty = Channel.CreateUnbounded<Batch>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly Task _adding;
    private Batch _current;

    /// <param name="newRow">Makes an empty row.</param>
    public ColumnThread(ColumnCollector[] columns, Func<RecordRow> newRow)
    {
        _columns = columns;
        var rows = Math.Clamp(ValuesPerBatch / Math.Max(columns.Length, 1), 4, 512);
        _current = new Batch(rows, newRow);
        for (var i = 1; i < Batches; i++)
        {
            _empty.Writer.TryWrite(new Batch(rows, newRow));
        }

        _adding = Task.Run(AddAllAsync);
    }

    /// <summary>Takes a row over.</summary>
    /// <returns>Another one, for the next record.</returns>
    public ValueTask<RecordRow> AddAsync(RecordRow row, CancellationToken cancel)
    {
        var next = _current.Swap(row);
        return _current.IsFull ? NextAsync(next, cancel) : ValueTask.FromResult(next);
    }

    /// <summary>Adds what was handed over. What went wrong is thrown here at the latest.</summary>
    public async Task FinishAsync()
    {
        _full.Writer.TryWrite(_current);
        _full.Writer.TryComplete();
        await _adding;
    }

    public async ValueTask DisposeAsync()
    {
        _full.Writer.TryComplete();
        await _adding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async ValueTask<RecordRow> NextAsync(RecordRow next, CancellationToken cancel)
    {
        _full.Writer.TryWrite(_current);
        if (!await _empty.Reader.WaitToReadAsync(cancel) || !_empty.Reader.TryRead(out var batch))
        {
            // It ended, because something went wrong.
            await _adding;
            throw new InvalidOperationException("The statistics ended early.");
        }

        _current = batch;
        return next;
    }

    private async Task AddAllAsync()
    {
        try
        {
            await foreach (var batch in _full.Reader.ReadAllAsync())
            {
                foreach (var column in _columns)
                {
                    foreach (var row in batch.Rows)
                    {
                        column.Add(row);
                    }
                }

                batch.Clear();
                _empty.Writer.TryWrite(batch);
            }
        }
        finally
        {
            _empty.Writer.TryComplete();
        }
    }

    /// <summary>Rows that are filled, and behind them rows to be given in exchange.</summary>
    private sealed class Batch(int size, Func<RecordRow> newRow)
    {
        private readonly RecordRow[] _rows = [.. Enumerable.Range(0, size).Select(_ => newRow())];
        private int _filled;
        private int _characters;

        public ReadOnlySpan<RecordRow> Rows => _rows.AsSpan(0, _filled);

        public bool IsFull => _filled == _rows.Length || _characters >= CharactersPerBatch;

        public RecordRow Swap(RecordRow row)
        {
            var given = _rows[_filled];
            _rows[_filled++] = row;
            _characters += row.TextLength;
            return given;
        }

        public void Clear()
        {
            foreach (var row in Rows)
            {
                row.Shrink();
            }

            (_filled, _characters) = (0, 0);
        }
    }
}
