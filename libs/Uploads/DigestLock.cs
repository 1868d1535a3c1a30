using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Mesh.Blobs;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Uploads;

/// <summary>
/// Keeps apart what changes where a blob is: finishing an upload, collecting, moving to another store. Without it, the
/// collector could delete the blob that an upload just found to be stored already. Within the process by a semaphore, between
/// replicas by an advisory lock of PostgreSQL.
/// </summary>
public sealed class DigestLock<TDb>(IDbContextFactory<TDb> databases)
    where TDb : MeshDb
{
    /// <summary>For who has other things to do: a transfer may have the lock for hours.</summary>
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(2);

    private readonly KeyedLocks<(string Project, string Sha256)> _here = new();

    /// <summary>Waits for its turn; disposing lets the next one in.</summary>
    public async Task<IAsyncDisposable> TakeAsync(string project, string sha256, CancellationToken cancel)
    {
        var here = await _here.EnterAsync((project, sha256), cancel);
        TDb? db = null;
        try
        {
            db = await databases.CreateDbContextAsync(cancel);
            if (db.Database.IsNpgsql())
            {
                await db.Database.BeginTransactionAsync(cancel);
                await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({Key(db.Schema, project, sha256)})", cancel);
            }

            return new Held(here, db);
        }
        catch
        {
            here.Dispose();
            if (db is not null)
            {
                await db.DisposeAsync();
            }

            throw;
        }
    }

    /// <returns>Null when somebody has it and does not let go soon.</returns>
    public async Task<IAsyncDisposable?> TryTakeAsync(string project, string sha256, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(ShortWait);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            return await TakeAsync(project, sha256, either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    private static long Key(string schema, string project, string sha256) =>
        BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{schema}/{project}/{sha256}")));

    private sealed class Held(IDisposable here, TDb db) : IAsyncDisposable
    {
        // Disposing the context ends its transaction, and with it the advisory lock.
        public async ValueTask DisposeAsync()
        {
            try
            {
                await db.DisposeAsync();
            }
            finally
            {
                here.Dispose();
            }
        }
    }
}
