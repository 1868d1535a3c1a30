using Mesh.Blobs;
using Mesh.Ingest.Storage;

namespace Mesh.Ingest.Formats;

internal static class SourceFiles
{
    /// <summary>The files of one version, sorted by path.</summary>
    public static IReadOnlyList<SourceFile> Of(IBlobStore blobs, IEnumerable<VersionFileRow> rows) =>
    [
        .. rows.OrderBy(f => f.Path, StringComparer.Ordinal)
            .Select(f => new SourceFile(blobs, new BlobScope(IngestNames.Service, f.Project), f.Path, BlobDigest.Parse(f.Sha256), f.SizeBytes)),
    ];
}
