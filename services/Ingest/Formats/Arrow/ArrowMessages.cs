using System.Buffers.Binary;

namespace Mesh.Ingest.Formats.Arrow;

/// <summary>
/// The messages of an Arrow file or stream as the stream that the Arrow reader reads: each is taken in as a whole, as far as
/// its bytes really are there, and checked, before a byte of it is handed out.
/// </summary>
internal sealed class ArrowMessages(Stream content, string source, IngestOptions limits) : Stream
{
    private const int MaxMetadataBytes = 16 * 1024 * 1024;
    private const uint Continuation = 0xffffffff;

    /// <summary>The reader rounds buffers up, and may make one that grows twice as large as need be.</summary>
    private const int BufferPadding = 128;
    private const int CopyFactor = 2;

    /// <summary>A file ends with its footer, that one's length, and the magic.</summary>
    private const int TailBytes = sizeof(int) + 6;

    private readonly ByteWindow _window = new(content);
    private readonly Dictionary<long, long> _dictionaries = [];
    private bool _opened;
    private bool _isFile;
    private bool _ended;
    private bool _schema;
    private ArrowViews _views = ArrowViews.None;
    private int _message;
    private int _body;
    private long _records;
    private int _given;

    private static ReadOnlySpan<byte> Magic => "ARROW1"u8;

    /// <summary>Of the message that is being read.</summary>
    public ArrowMessageKind Kind { get; private set; }

    /// <summary>Of the message, counted from 1.</summary>
    public long Number { get; private set; }

    /// <summary>Of the message in the content.</summary>
    public long Offset { get; private set; }

    /// <summary>Bytes in front of the first records: all that one has to know for any of them. 0 when dictionaries come between records.</summary>
    public long Head { get; private set; }

    /// <summary>Bytes of memory that reading the message can take.</summary>
    public long Memory { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _given == _message && !await NextAsync(cancellationToken))
        {
            return 0;
        }

        // The reader takes a body at once. What it believes to have none it goes past, and takes bytes of it for the next message's length.
        if (_given == _body && buffer.Length < _message - _body)
        {
            throw ArrowFault.Damaged(source, "has a malformed message");
        }

        var count = Math.Min(buffer.Length, _message - _given);
        _window.Memory.Slice(_given, count).CopyTo(buffer);
        _given += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override ValueTask DisposeAsync() => _window.DisposeAsync();

    /// <summary>Takes in the next message; false at the end.</summary>
    private async ValueTask<bool> NextAsync(CancellationToken cancel)
    {
        _window.Advance(_message);
        (_message, _given) = (0, 0);
        if (!_opened)
        {
            await OpenAsync(cancel);
        }

        if (_ended || !await HoldAsync(sizeof(uint), cancel))
        {
            return !_ended && await EndAsync(_window.Length > 0 || _isFile ? "is cut off" : null, cancel);
        }

        var prefix = sizeof(uint);
        var length = Integer(0);
        if (length == Continuation)
        {
            prefix += sizeof(uint);
            length = await HoldAsync(prefix, cancel) ? Integer(sizeof(uint)) : throw ArrowFault.Damaged(source, "is cut off");
        }
        else if (_isFile && length > 0 && await IsFooterAsync(cancel))
        {
            // Written without the mark of the stream's end.
            return await EndAsync(null, cancel);
        }

        if (length == 0)
        {
            _window.Advance(prefix);
            return await EndAsync(null, cancel);
        }

        await TakeAsync(prefix, length, cancel);
        return true;
    }

    private async Task OpenAsync(CancellationToken cancel)
    {
        _opened = true;
        const int Padded = 8;
        _isFile = await HoldAsync(Padded, cancel) && _window.Span.StartsWith(Magic);
        _window.Advance(_isFile ? Padded : 0);
    }

    private async Task TakeAsync(int prefix, uint length, CancellationToken cancel)
    {
        if (length > MaxMetadataBytes)
        {
            throw ArrowFault.Damaged(source, $"has a message that claims {length} bytes of metadata");
        }

        var head = prefix + (int)length;
        await NeedAsync(head, cancel);
        try
        {
            var message = ArrowMessage.Read(_window.Span[prefix..head]);
            if (message.BodyBytes < 0 || message.BodyBytes > limits.MaxBatchBytes)
            {
                throw message.BodyBytes < 0 ? ArrowFault.Damaged(source, "has a message of a negative length") : TooLarge(message.BodyBytes);
            }

            await NeedAsync(head + (int)message.BodyBytes, cancel);
            Check(message, prefix, head);
            (Kind, Number, Offset) = (message.Kind, Number + 1, _window.Position);
            Head = Kind == ArrowMessageKind.Records ? _records++ == 0 ? Offset : Head : 0;
            (_body, _message) = (head, head + (int)message.BodyBytes);
        }
        catch (InvalidDataException)
        {
            throw ArrowFault.Damaged(source, "has a malformed message");
        }
    }

    private void Check(ArrowMessage message, int prefix, int head)
    {
        var metadata = _window.Span[prefix..head];
        var body = _window.Span.Slice(head, (int)message.BodyBytes);
        string? problem;
        switch (message.Kind)
        {
            case ArrowMessageKind.Schema when !_schema:
                _schema = true;
                problem = ArrowMessage.CheckSchema(metadata, 8 * limits.MaxColumns);
                _views = problem is null ? ArrowViews.Of(metadata) : ArrowViews.None;
                break;
            case ArrowMessageKind.Dictionary or ArrowMessageKind.Records when _schema:
                problem = message.CheckBatch(metadata, body, _views, out var batch);
                Memory = message.BodyBytes + CheckSize(message.Kind, batch) + (long)batch.Buffers * BufferPadding;
                break;
            default:
                problem = "has a message that does not belong there";
                break;
        }

        if (problem is not null)
        {
            throw ArrowFault.Damaged(source, problem);
        }
    }

    /// <summary>Dictionaries stay in memory all through. One that grows is copied.</summary>
    /// <returns>What the batch takes beside its body.</returns>
    private long CheckSize(ArrowMessageKind kind, ArrowBatch batch)
    {
        var (whole, copied) = (batch.Expanded, 0L);
        if (kind == ArrowMessageKind.Dictionary)
        {
            var before = batch.Grows ? _dictionaries.GetValueOrDefault(batch.Dictionary) : 0;
            _dictionaries[batch.Dictionary] = before + batch.Expanded;
            copied = batch.Grows ? CopyFactor * (before + batch.Expanded) : 0;
            whole = _dictionaries.Values.Sum();
        }

        return whole <= limits.MaxBatchBytes && _dictionaries.Count <= limits.MaxColumns ? batch.Expanded + copied : throw TooLarge(whole);
    }

    private DatasetException TooLarge(long bytes) => new("BATCH_TOO_LARGE", $"{source} has a batch, or dictionaries, of {bytes} bytes; {limits.MaxBatchBytes} are possible here.");

    /// <summary>Whether all that is left is a footer.</summary>
    private async Task<bool> IsFooterAsync(CancellationToken cancel)
    {
        while (_window.Length <= MaxMetadataBytes)
        {
            if (!await _window.FillAsync(cancel))
            {
                return _window.Length > TailBytes && _window.Span.EndsWith(Magic)
                    && BinaryPrimitives.ReadInt32LittleEndian(_window.Span[^TailBytes..]) == _window.Length - TailBytes;
            }
        }

        return false;
    }

    /// <summary>Reads what is left, so that whoever checks the content sees all of it; of a file, that it ends as one.</summary>
    /// <param name="problem">What is wrong already.</param>
    private async Task<bool> EndAsync(string? problem, CancellationToken cancel)
    {
        _ended = true;
        if (problem is null && !_isFile && await HoldAsync(1, cancel))
        {
            problem = "has bytes behind its end";
        }

        while (problem is null && await _window.FillAsync(cancel))
        {
            _window.Advance(Math.Max(_window.Length - TailBytes, 0));
        }

        if (problem is null && _isFile && !_window.Span.EndsWith(Magic))
        {
            problem = "is cut off";
        }

        return problem is null ? false : throw ArrowFault.Damaged(source, problem);
    }

    private uint Integer(int at) => BinaryPrimitives.ReadUInt32LittleEndian(_window.Span[at..]);

    private async ValueTask NeedAsync(int bytes, CancellationToken cancel)
    {
        if (!await HoldAsync(bytes, cancel))
        {
            throw ArrowFault.Damaged(source, "is cut off");
        }
    }

    private async ValueTask<bool> HoldAsync(int bytes, CancellationToken cancel)
    {
        while (_window.Length < bytes)
        {
            if (!await _window.FillAsync(cancel, bytes))
            {
                return false;
            }
        }

        return true;
    }
}
