using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Storage;

/// <summary>
/// Keeps two transactions of a project apart: one that claims blobs, which may be there already, and one that decides which
/// blobs nobody needs. Neither does anything but reading and writing rows meanwhile.
/// </summary>
internal static class ProjectLock
{
    /// <summary>Held to the end of the caller's transaction. On SQLite the transaction itself keeps all other writers out.</summary>
    public static async Task TakeAsync(PreprocessingDb db, string project, CancellationToken cancel)
    {
        if (db.Database.IsNpgsql())
        {
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({$"{db.Schema}/{project}"}, 0))", cancel);
        }
    }
}
