using Mesh.Ingest.V1;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Formats.Images;

/// <summary>Image files in folders. The folder that holds a file is its label, a folder above named like a split its split.</summary>
internal sealed class ImageFolderFormat(IOptions<IngestOptions> options) : IRecordFormat
{
    public DataFormat Format => DataFormat.ImageFolder;

    public bool FilesAreIndependent => true;

    public Task<RecordLayout> DescribeAsync(IReadOnlyList<SourceFile> files, RecordLayout asked, CancellationToken cancel) =>
        Task.FromResult(asked with { Schema = RecordFormats.ImageSchema });

    public RecordCursor Open(IReadOnlyList<SourceFile> files, RecordLayout layout, string? split) =>
        new ImageFolderCursor(files, layout, split, options.Value);
}
