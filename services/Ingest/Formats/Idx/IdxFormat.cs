using Mesh.Ingest.V1;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Formats.Idx;

/// <summary>IDX files (yann.lecun.com/exdb/mnist), gzipped, in archives or neither, in pairs of images and labels; one pair a split.</summary>
internal sealed class IdxFormat(IOptions<IngestOptions> options) : IRecordFormat
{
    public DataFormat Format => DataFormat.Idx;

    public bool FilesAreIndependent => false;

    public Task<RecordLayout> DescribeAsync(IReadOnlyList<SourceFile> files, RecordLayout asked, CancellationToken cancel) =>
        Task.FromResult(asked with { Schema = RecordFormats.ImageSchema });

    public RecordCursor Open(IReadOnlyList<SourceFile> files, RecordLayout layout, string? split) => new IdxCursor(files, layout, split, options.Value);
}
