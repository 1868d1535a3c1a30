using Mesh.Ingest.Formats.Texts;
using Mesh.Ingest.V1;
using Sylvan.Data.Csv;

namespace Mesh.Ingest.Formats.Delimited;

/// <summary>
/// One table of text being read front to back. Rows come as they are: how many fields, and whether quotes and characters are
/// right, is for the caller to see. Line numbers count from 1; a quoted field may span several.
/// </summary>
internal sealed class DelimitedFile : IAsyncDisposable
{
    private const int BufferCharacters = 64 * 1024;
    private const char Replacement = '\uFFFD';

    /// <summary>Half a character, with which no text begins that was decoded: rows that start with this one would be passed over.</summary>
    private const char NoComment = '\uDC00';

    private readonly CsvDataReader _reader;
    private readonly string _source;
    private readonly char _delimiter;
    private readonly int _maxRecord;
    private readonly LineMarks? _marks;
    private long _nextLine = 1;
    private long _feeds;
    private bool _behindFeed;

    private DelimitedFile(CsvDataReader reader, string source, char delimiter, int maxRecord, LineMarks? marks) =>
        (_reader, _source, _delimiter, _maxRecord, _marks) = (reader, source, delimiter, maxRecord, marks);

    /// <summary>First line of the row.</summary>
    public long Line { get; private set; }

    /// <summary>Of the row, in bytes; 0 when that is not known.</summary>
    public long Offset { get; private set; }

    /// <summary>Of the byte behind the row; 0 when that is not known.</summary>
    public long End => _behindFeed && _marks is not null ? _marks.Behind(_feeds) : 0;

    public int FieldCount => _reader.RowFieldCount;

    /// <summary>The row as it stands in the file, without the line's end.</summary>
    public ReadOnlySpan<char> Text => _reader.GetRawRecordSpan().TrimEnd("\r\n");

    /// <param name="options">With delimiter and encoding.</param>
    /// <param name="marks">Of the same content; without them there are no offsets.</param>
    public static async Task<DelimitedFile> OpenAsync(
        Stream content, string source, FormatOptions options, IngestOptions limits, CancellationToken cancel, LineMarks? marks = null)
    {
        // The parser passes over empty lines in front without counting them.
        var text = new BodyReader(new StreamReader(content, TextEncodings.Get(options.Encoding), detectEncodingFromByteOrderMarks: true, BufferCharacters));
        var settings = new CsvDataReaderOptions
        {
            HasHeaders = false,
            Delimiter = options.Delimiter[0],
            // Reads over stray quotes; such rows are told apart by their text.
            CsvStyle = CsvStyle.Lax,
            Comment = NoComment,
            BufferSize = Math.Min(BufferCharacters, limits.MaxRecordBytes),
            MaxBufferSize = limits.MaxRecordBytes,
            ResultSetMode = ResultSetMode.SingleResult,
        };
        return new DelimitedFile(await CsvDataReader.CreateAsync(text, settings, cancel), source, options.Delimiter[0], limits.MaxRecordBytes, marks)
        {
            _nextLine = 1 + (text.Feeds > 0 ? text.Feeds : text.Returns),
            _feeds = text.Feeds,
        };
    }

    /// <summary>Says which line is read next, where the content goes on elsewhere.</summary>
    public void GoTo(long line) => _nextLine = line;

    /// <summary>Moves to the next row that is not empty. Most rows are in the buffer already, and cost no state machine.</summary>
    /// <exception cref="DatasetException">RECORD_TOO_LARGE</exception>
    public ValueTask<bool> MoveNextAsync(CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                var read = _reader.ReadAsync(cancel);
                if (!read.IsCompletedSuccessfully)
                {
                    return MoveOnAsync(read, cancel);
                }

                if (!read.Result)
                {
                    return ValueTask.FromResult(false);
                }

                if (Arrive())
                {
                    return ValueTask.FromResult(true);
                }
            }
        }
        catch (CsvRecordTooLargeException)
        {
            throw TooLarge();
        }
    }

    public ReadOnlySpan<char> Field(int index) => _reader.GetFieldSpan(index);

    /// <returns>What is wrong with the row's characters or quotes; null when nothing is.</returns>
    public string? Problem()
    {
        var text = Text;
        if (text.IndexOfAnyInRange('\0', '\x08') is >= 0 and var control)
        {
            return $"holds binary data (character \\x{(int)text[control]:x2})";
        }

        return !text.ContainsAny(Replacement, '"') ? null
            : text.Contains(Replacement) ? "holds bytes that are not text in this encoding"
            : Quotes.AreBalanced(text, _delimiter) ? null
            : "has a quote that is not closed, or text behind a closing quote";
    }

    public ValueTask DisposeAsync() => _reader.DisposeAsync();

    private async ValueTask<bool> MoveOnAsync(Task<bool> read, CancellationToken cancel)
    {
        try
        {
            while (await read)
            {
                if (Arrive())
                {
                    return true;
                }

                read = _reader.ReadAsync(cancel);
            }

            return false;
        }
        catch (CsvRecordTooLargeException)
        {
            throw TooLarge();
        }
    }

    /// <returns>False on an empty row.</returns>
    private bool Arrive()
    {
        (Line, Offset) = (_nextLine, End);
        var raw = _reader.GetRawRecordSpan();
        var feeds = raw.Count('\n');
        // A line may end with "\r" alone; then it holds no "\n" at all.
        _nextLine += feeds > 0 ? feeds : Math.Max(1, raw.Count('\r'));
        _feeds += feeds;
        _behindFeed = raw is [.., '\n'];
        return !Text.IsEmpty;
    }

    private DatasetException TooLarge() =>
        new("RECORD_TOO_LARGE", $"{_source}, line {_nextLine}: a row has more than {_maxRecord} characters; perhaps a quote is not closed.");
}
