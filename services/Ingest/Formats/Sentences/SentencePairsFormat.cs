using Mesh.Ingest.V1;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Formats.Sentences;

/// <summary>
/// Sentences in two languages: gettext catalogues, compiled (.mo) or as text (.po), and lines of two fields, by default
/// separated by a tab and without a header. Contexts are left out; headers, and entries that are fuzzy, obsolete or not
/// translated, are no records.
/// </summary>
internal sealed class SentencePairsFormat(IOptions<IngestOptions> options) : IRecordFormat
{
    public DataFormat Format => DataFormat.SentencePairs;

    public bool FilesAreIndependent => true;

    public Task<RecordLayout> DescribeAsync(IReadOnlyList<SourceFile> files, RecordLayout asked, CancellationToken cancel) => Task.FromResult(asked with
    {
        Schema = new Schema { Columns = { new Column { Name = "source", Type = ColumnType.String }, new Column { Name = "target", Type = ColumnType.String } } },
    });

    public RecordCursor Open(IReadOnlyList<SourceFile> files, RecordLayout layout, string? split) => new SentencePairsCursor(files, layout, split, options.Value);
}
