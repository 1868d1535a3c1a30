using Mesh.Blobs;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Uploads;

/// <summary>
/// Finds content that a project has already. It looks at that project's rows and at nothing else, so that neither an answer nor
/// the time it takes says what other projects have.
/// </summary>
internal sealed class KnownContent<TDb>(IBlobStore blobs, IBlobReferences<TDb> references, UploadKind kind)
    where TDb : MeshDb
{
    /// <summary>
    /// The project's blob of this digest. Only under the digest's lock does it stay until the caller has written that it needs it.
    /// </summary>
    /// <param name="bytes">The size it must have; 0 for any.</param>
    public async Task<BlobInfo?> FindAsync(TDb db, string project, BlobDigest digest, long bytes, CancellationToken cancel)
    {
        var hex = digest.Hex;
        var known = await db.Set<UploadRow>().AnyAsync(u => u.Project == project && u.Sha256 == hex, cancel)
            || await references.IsReferencedAsync(db, project, hex, cancel);
        return known && await blobs.StatAsync(new BlobScope(kind.Service, project), digest, cancel) is { } blob && (bytes == 0 || blob.Size == bytes)
            ? blob
            : null;
    }

    /// <summary>Whether something of exactly this size is there.</summary>
    public async Task<bool> HasSizeAsync(TDb db, string project, long bytes, CancellationToken cancel) =>
        await db.Set<UploadRow>().AnyAsync(u => u.Project == project && u.StoredBytes == bytes && u.Sha256 != "", cancel)
        || await references.HasSizeAsync(db, project, bytes, cancel);
}
