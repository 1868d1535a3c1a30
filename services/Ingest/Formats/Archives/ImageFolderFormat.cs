using Mesh.Ingest.V1;
using Mesh.Ingest.Versions;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Formats.Archives;

/// <summary>
/// Image files in folders, in a zip, tar or tar.gz. Archives are read in the order of their paths; a zip's entries in the
/// order of their names (byte by byte in UTF-8), a tar's as they are stored, because it can only be read front to back.
/// </summary>
internal sealed class ImageFolderFormat(IOptions<IngestOptions> options) : IRecordFormat
{
    public DataFormat Format => DataFormat.ImageFolder;

    public bool Recognises(FileHead head) => !head.Gzipped && ZipDirectory.IsZip(head.Bytes) || TarHeader.IsTar(head.Bytes);

    public RecordCursor Open(IReadOnlyList<SourceFile> files, LabelNames labels, string? split) =>
        new ImageFolderCursor([.. files.OrderBy(f => f.Path, StringComparer.Ordinal)], labels, split, options.Value);
}
