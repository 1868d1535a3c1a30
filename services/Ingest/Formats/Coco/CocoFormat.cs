using Mesh.Ingest.Formats.Boxes;
using Mesh.Ingest.V1;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Formats.Coco;

/// <summary>
/// Images with COCO annotations: JSON files, and image files anywhere beside them, found by file_name. One record an image
/// that is listed. The index of the boxes is made anew for each reader and held as long as it reads. Label names that the request
/// gives come before the categories. A gzipped tar is expanded three times when it is committed: for the categories, the boxes and the images.
/// </summary>
internal sealed class CocoFormat(IOptions<IngestOptions> options) : IRecordFormat
{
    public DataFormat Format => DataFormat.Coco;

    public bool FilesAreIndependent => false;

    public async Task<RecordLayout> DescribeAsync(IReadOnlyList<SourceFile> files, RecordLayout asked, CancellationToken cancel) => asked with
    {
        Schema = BoxCursor.BoxSchema,
        Labels = asked.Labels.Known ? asked.Labels : await CocoCategories.FindAsync(files, options.Value, cancel),
    };

    public RecordCursor Open(IReadOnlyList<SourceFile> files, RecordLayout layout, string? split) =>
        new BoxCursor(files, layout, split, new CocoAnnotations(layout.Labels, options.Value), options.Value);
}
