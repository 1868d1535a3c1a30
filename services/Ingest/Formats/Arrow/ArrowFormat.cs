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

    public override async Task<ColumnarFile> OpenAsync(EntryWalk walk, ExpansionBudget budget, CursorPlace? start, CancellationToken cancel)
    {
        var content = start is { } place ? walk.OpenContent(place.Head, place.Offset) : walk.OpenContent();
        return await ArrowFile.OpenAsync(content, walk.Source, _limits, budget, start?.Before ?? 0, enters: walk.Seeks && start is null, cancel);
    }
}
