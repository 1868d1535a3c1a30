using Mesh.Preprocessing.Storage;
using Mesh.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Processed;

/// <summary>What runs under way need of the blob store. All of it runs in the caller's transaction.</summary>
internal static class BlobClaims
{
    /// <summary>Digests in one query; databases bound the number of its parameters.</summary>
    private const int AtOnce = 500;

    /// <summary>
    /// Claims blobs for a run, before they are stored or when it is found that they are there. Holds the project's
    /// <see cref="ProjectLock"/> from here on.
    /// </summary>
    /// <exception cref="MeshException">ABORTED: one of them is being deleted at this moment, so it may be there and about to go.</exception>
    public static async Task ClaimAsync(PreprocessingDb db, string project, string run, IEnumerable<string> digests, CancellationToken cancel)
    {
        await ProjectLock.TakeAsync(db, project, cancel);
        foreach (var some in digests.Distinct().Chunk(AtOnce))
        {
            if (await db.Claims.AnyAsync(c => c.Project == project && some.Contains(c.Digest) && c.DeletingTicks > 0, cancel))
            {
                throw MeshError.Aborted("BLOB_BEING_DELETED", "A blob with the same bytes is being deleted at this moment; try again.");
            }

            db.Claims.AddRange(some.Select(digest => new BlobClaimRow { Project = project, Digest = digest, RunName = run }));
        }
    }

    /// <summary>The run has ended; its dataset holds what it needs.</summary>
    public static Task ReleaseAsync(PreprocessingDb db, string run, CancellationToken cancel) =>
        db.Claims.Where(c => c.RunName == run).ExecuteUpdateAsync(set => set.SetProperty(c => c.RunName, ""), cancel);

    /// <summary>A dataset lets go of blobs.</summary>
    public static void Abandon(PreprocessingDb db, string project, IEnumerable<string> digests) =>
        db.Claims.AddRange(digests.Select(digest => new BlobClaimRow { Project = project, Digest = digest, RunName = "" }));
}
