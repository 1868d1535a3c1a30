using Mesh.Ingest.Formats.Archives;
using Mesh.Ingest.Formats.Columnar;
using Mesh.Ingest.V1;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Formats.Arrow;

/// <summary>Arrow IPC files and streams (arrow.apache.org/docs/format/Columnar.html). A file is read front to back, as the stream that it holds.</summary>
internal sealed class ArrowFormat(IOptions<IngestOptions> options) : ColumnarFormat(options)
{
    private readonly IngestOptions _limits = options.Value;

    public override DataFormat Format => DataFormat.Arrow;

    public override async Task<ColumnarFile> OpenAsync(EntryWalk walk, ExpansionBudget budget, CancellationToken cancel) =>
        await ArrowFile.OpenAsync(walk.OpenContent(), walk.Source, _limits, budget, cancel);
}
