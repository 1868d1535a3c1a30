using Mesh.Ingest.Formats.Archives;
using Mesh.Ingest.Formats.Columnar;
using Mesh.Ingest.V1;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Formats.Parquet;

/// <summary>Parquet files (github.com/apache/parquet-format).</summary>
internal sealed class ParquetFormat(Spool spool, IOptions<IngestOptions> options) : ColumnarFormat(options)
{
    private readonly IngestOptions _limits = options.Value;

    public override DataFormat Format => DataFormat.Parquet;

    public override async Task<ColumnarFile> OpenAsync(EntryWalk walk, ExpansionBudget budget, CursorPlace? start, CancellationToken cancel)
    {
        // From an archive the whole file is copied before the first row is read.
        var file = ParquetFile.Open(await walk.OpenSeekableAsync(spool, cancel), walk.Source, _limits, budget, enters: walk.Seeks && !walk.InArchive);
        if (start is { } place)
        {
            file.GoTo(place.Before);
        }

        return file;
    }
}
