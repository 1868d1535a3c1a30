using Mesh.Ingest.Formats.Archives;
using Mesh.Ingest.Formats.Columnar;
using Mesh.Ingest.V1;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Formats.Parquet;

/// <summary>Parquet files. Their schemas say the columns; files of a version may have different ones, and then lack the others' values.</summary>
internal sealed class ParquetFormat(Spool spool, IOptions<IngestOptions> options) : IRecordFormat
{
    public DataFormat Format => DataFormat.Parquet;

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
                using var file = ParquetFile.Open(await walk.OpenSeekableAsync(spool, cancel), walk.Source, options.Value, budget);
                for (var i = 0; i < file.Names.Length; i++)
                {
                    sample.Add(file.Names[i], file.Columns[i].Type, walk.Source);
                }
            }
        }

        return sample.ToLayout(asked, options.Value);
    }

    public RecordCursor Open(IReadOnlyList<SourceFile> files, RecordLayout layout, string? split) => new ParquetCursor(files, layout, split, spool, options.Value);
}
