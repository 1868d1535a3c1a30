using System.Text;
using Mesh.Ingest.Formats.Archives;
using Mesh.Ingest.Formats.Schemas;
using Mesh.Ingest.Formats.Texts;
using Mesh.Ingest.V1;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Formats.Json;

/// <summary>
/// Records that are JSON objects. Members of an object in them become columns "a.b"; arrays of strings or numbers become lists,
/// other arrays stay as they are, as JSON text. Null and a member that is not there are missing values.
/// </summary>
internal abstract class JsonFormat(IOptions<IngestOptions> options) : IRecordFormat
{
    /// <summary>Records looked at in the first file, and in each of the others.</summary>
    private const int FirstRecords = 10_000;
    private const int OtherRecords = 100;

    private const int HeadBytes = 64 * 1024;

    public abstract DataFormat Format { get; }

    public bool FilesAreIndependent => true;

    public async Task<RecordLayout> DescribeAsync(IReadOnlyList<SourceFile> files, RecordLayout asked, CancellationToken cancel)
    {
        var sample = new JsonSample(options.Value.MaxColumns);
        var found = asked.Options.Clone();
        var left = FirstRecords;
        await using var walk = new EntryWalk(files, new ExpansionBudget(options.Value));
        while (await walk.MoveNextAsync(cancel))
        {
            if (!walk.HoldsRecords)
            {
                continue;
            }

            await using var content = new HeadStream(walk.OpenContent(), HeadBytes);
            var (head, whole) = await content.PeekAsync(cancel);
            found.Encoding = found.Encoding.Length > 0 ? found.Encoding : EncodingOf(head.Span, whole);
            await using var records = await OpenAsync(content, walk.Source, found.Encoding, cancel);
            for (; left > 0 && await records.MoveNextAsync(cancel); left--)
            {
                if (!records.TooLong)
                {
                    sample.Add(records.Record.Span, $"{walk.Source}#{records.Place}");
                }
            }

            left = OtherRecords;
        }

        return ToLayout(asked with { Options = found }, sample);
    }

    public RecordCursor Open(IReadOnlyList<SourceFile> files, RecordLayout layout, string? split) => new JsonCursor(files, this, layout, split, options.Value);

    /// <summary>Whether a record is a line.</summary>
    public virtual bool IsLines => false;

    /// <summary>The records of one file.</summary>
    public async Task<JsonRecords> OpenAsync(Stream content, string source, string encoding, CancellationToken cancel)
    {
        var window = new ByteWindow(TextEncodings.Get(encoding).CodePage == Encoding.UTF8.CodePage ? content : new TranscodedStream(content, encoding, source));
        try
        {
            while (window.Length < Encoding.UTF8.Preamble.Length && await window.FillAsync(cancel))
            {
                // A mark is three bytes.
            }
        }
        catch
        {
            await window.DisposeAsync();
            throw;
        }

        window.Advance(window.Span.StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0);
        return Records(window, source, options.Value.MaxRecordBytes);
    }

    protected abstract JsonRecords Records(ByteWindow window, string source, int maxRecord);

    // JSON is UTF-8 (RFC 8259); what some programs write instead shows at once. Bytes that are not UTF-8 reject their records.
    private static string EncodingOf(ReadOnlySpan<byte> head, bool whole) =>
        TextEncodings.Find(head, whole) is { } name && name.StartsWith("utf-", StringComparison.Ordinal) ? name : TextEncodings.Utf8;

    private RecordLayout ToLayout(RecordLayout asked, JsonSample sample)
    {
        if (!sample.Any)
        {
            throw new DatasetException("NO_RECORDS", sample.FirstProblem is { } problem ? $"None of the first records can be read; the first, {problem}." : "The files hold no records.");
        }

        var found = sample.Columns.Select(c => (c.Name, c.Guess.Type)).ToList();
        var names = found.Select(c => c.Name).ToHashSet();
        // A member may be so rare that the first records do not have it; who names it and its type knows of it.
        found.AddRange(asked.Schema.Columns.Where(c => c.Type != ColumnType.Unspecified && !names.Contains(c.Name)).Select(c => (c.Name, c.Type)));
        return SchemaChoice.Complete(asked, found, options.Value);
    }
}

/// <summary>One object a line.</summary>
internal sealed class JsonLinesFormat(IOptions<IngestOptions> options) : JsonFormat(options)
{
    public override DataFormat Format => DataFormat.Jsonl;

    public override bool IsLines => true;

    protected override JsonRecords Records(ByteWindow window, string source, int maxRecord) => new JsonLinesFile(window, source, maxRecord);
}

/// <summary>An array of objects, or an object with one such array in it.</summary>
internal sealed class JsonArrayFormat(IOptions<IngestOptions> options) : JsonFormat(options)
{
    public override DataFormat Format => DataFormat.Json;

    protected override JsonRecords Records(ByteWindow window, string source, int maxRecord) => new JsonArrayFile(window, source, maxRecord);
}
