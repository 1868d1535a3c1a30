using Mesh.Ingest.Storage;
using Mesh.Uploads;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Ingest.Versions;

/// <summary>The files of versions keep their blobs alive, and versions those of their rejected records.</summary>
internal sealed class VersionReferences : IBlobReferences<IngestDb>
{
    public async Task<bool> IsReferencedAsync(IngestDb db, string project, string sha256, CancellationToken cancel) =>
        await db.Files.AnyAsync(f => f.Project == project && f.Sha256 == sha256, cancel)
        || await db.Versions.AnyAsync(v => v.Project == project && v.QuarantineSha256 == sha256, cancel);

    public Task<bool> HasSizeAsync(IngestDb db, string project, long bytes, CancellationToken cancel) =>
        db.Files.AnyAsync(f => f.Project == project && f.SizeBytes == bytes, cancel);
}
