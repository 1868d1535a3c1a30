using Mesh.Ingest.Formats.Archives;
using Mesh.Ingest.Formats.Texts;
using Mesh.Ingest.V1;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Formats.Delimited;

/// <summary>CSV, TSV and other tables of text. All files of a version have the same columns, in any order when they are named.</summary>
internal sealed class DelimitedFormat(IOptions<IngestOptions> options) : IRecordFormat
{
    public DataFormat Format => DataFormat.Csv;

    public bool FilesAreIndependent => true;

    public async Task<RecordLayout> DescribeAsync(IReadOnlyList<SourceFile> files, RecordLayout asked, CancellationToken cancel)
    {
        var sample = new DelimitedSample(asked, options.Value);
        await using var walk = new EntryWalk(files, new ExpansionBudget(options.Value));
        while (await walk.MoveNextAsync(cancel))
        {
            if (walk.HoldsRecords)
            {
                await sample.AddAsync(walk, cancel);
            }
        }

        return sample.ToLayout();
    }

    public RecordCursor Open(IReadOnlyList<SourceFile> files, RecordLayout layout, string? split) => new DelimitedCursor(files, layout, split, options.Value);
}
