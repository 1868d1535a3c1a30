using Mesh.Ingest.Formats.Boxes;
using Mesh.Ingest.V1;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Formats.Yolo;

/// <summary>
/// Images with YOLO label files. Label names that the request gives come before those that the files give. A gzipped tar is expanded
/// three times when it is committed: for the names, the boxes and the images.
/// </summary>
internal sealed class YoloFormat(IOptions<IngestOptions> options) : IRecordFormat
{
    public DataFormat Format => DataFormat.Yolo;

    public bool FilesAreIndependent => false;

    public async Task<RecordLayout> DescribeAsync(IReadOnlyList<SourceFile> files, RecordLayout asked, CancellationToken cancel) => asked with
    {
        Schema = BoxCursor.BoxSchema,
        Labels = asked.Labels.Known ? asked.Labels : await YoloNames.FindAsync(files, options.Value, cancel),
    };

    public RecordCursor Open(IReadOnlyList<SourceFile> files, RecordLayout layout, string? split) =>
        new BoxCursor(files, layout, split, new YoloAnnotations(layout.Labels, options.Value), options.Value);
}
