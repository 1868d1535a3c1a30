namespace Mesh.Ingest.Formats.Json;

/// <summary>Where the records of one JSON file begin and end; whether they are right is for <see cref="JsonWalker"/> to see.</summary>
internal abstract class JsonRecords(ByteWindow window, string source, int maxRecord) : IAsyncDisposable
{
    /// <summary>What is kept of a record that is too long, to show it.</summary>
    private const int PrefixBytes = 16 * 1024;

    private byte[] _prefix = [];
    private int _taken;

    protected ByteWindow Window => window;

    protected string File => source;

    protected int MaxRecord => maxRecord;

    /// <summary>The record's bytes until the next move; of one that is too long the first ones.</summary>
    public ReadOnlyMemory<byte> Record { get; private set; }

    public bool TooLong { get; private set; }

    /// <summary>What tells the record from others of its file.</summary>
    public long Place { get; protected set; }

    public abstract ValueTask<bool> MoveNextAsync(CancellationToken cancel);

    /// <summary>Passes over the first line, which was the head of the content, and goes on behind so many lines.</summary>
    public virtual ValueTask StartBehindAsync(long lines, CancellationToken cancel) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => window.DisposeAsync();

    /// <summary>Leaves the record behind.</summary>
    protected void Release()
    {
        window.Advance(_taken);
        _taken = 0;
    }

    /// <summary>Makes the first bytes of the window the record.</summary>
    /// <param name="taken">Bytes to leave behind with it.</param>
    protected void Take(int length, int taken) => (Record, TooLong, _taken) = (window.Memory[..length], length > maxRecord, taken);

    /// <summary>The window holds more than a record may have: keeps its beginning and lets go of the window.</summary>
    protected void DropLong()
    {
        _prefix = window.Span[..Math.Min(PrefixBytes, window.Length)].ToArray();
        window.Advance(window.Length);
    }

    /// <summary>The end of a record that was dropped is reached.</summary>
    protected void TakeDropped() => (Record, TooLong) = (_prefix, true);
}
