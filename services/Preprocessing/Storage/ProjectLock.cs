using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Storage;

/// <summary>
/// Keeps a project's runs from beginning while its blobs are deleted: a worker could find one stored already that is about
/// to go. Both take it in the transaction of their change.
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
