using Mesh.Ingest.Formats.Archives;
using Mesh.Ingest.V1;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Formats.Columnar;

/// <summary>Files whose schemas say their columns. Those of a version may have different ones, and then lack the others' values.</summary>
internal abstract class ColumnarFormat(IOptions<IngestOptions> options) : IRecordFormat
{
    public abstract DataFormat Format { get; }

    public bool FilesAreIndependent => true;

    public async Task<RecordLayout> DescribeAsync(IReadOnlyList<SourceFile> files, RecordLayout asked, CancellationToken cancel)
    {
        var sample = new ColumnarSample();
        var budget = new ExpansionBudget(options.Value);
        await using var walk = new EntryWalk(files, budget);
        while (await walk.MoveNextAsync(cancel))
        {
            if (walk.HoldsRecords)
            {
                await using var file = await OpenAsync(walk, budget, start: null, cancel);
                foreach (var (name, type) in file.Columns)
                {
                    sample.Add(name, type, walk.Source);
                }
            }
        }

        return sample.ToLayout(asked, options.Value);
    }

    public RecordCursor Open(IReadOnlyList<SourceFile> files, RecordLayout layout, string? split) => new ColumnarCursor(files, this, layout, split, options.Value);

    /// <summary>The file that the walk stands on.</summary>
    /// <param name="budget">Told what it expands to.</param>
    /// <param name="start">Of a row in it, to move to first; null for its first row.</param>
    public abstract Task<ColumnarFile> OpenAsync(EntryWalk walk, ExpansionBudget budget, CursorPlace? start, CancellationToken cancel);
}
