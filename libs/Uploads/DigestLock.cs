using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
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
    // One for each digest that somebody has or waits for: a transfer to a remote store holds it for as long as it takes.
    private readonly Dictionary<(string Project, string Sha256), Turn> _turns = [];

    /// <summary>Waits for its turn; disposing lets the next one in.</summary>
    public async Task<IAsyncDisposable> TakeAsync(string project, string sha256, CancellationToken cancel)
    {
        var turn = Join((project, sha256));
        TDb? db = null;
        var entered = false;
        try
        {
            await turn.Entry.WaitAsync(cancel);
            entered = true;
            db = await databases.CreateDbContextAsync(cancel);
            if (db.Database.IsNpgsql())
            {
                await db.Database.BeginTransactionAsync(cancel);
                await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({Key(db.Schema, project, sha256)})", cancel);
            }

            return new Held(this, (project, sha256), turn, db);
        }
        catch
        {
            Leave((project, sha256), turn, entered);
            if (db is not null)
            {
                await db.DisposeAsync();
            }

            throw;
        }
    }

    private Turn Join((string, string) key)
    {
        lock (_turns)
        {
            var turn = _turns.TryGetValue(key, out var there) ? there : _turns[key] = new Turn();
            turn.Users++;
            return turn;
        }
    }

    private void Leave((string, string) key, Turn turn, bool entered)
    {
        lock (_turns)
        {
            if (entered)
            {
                turn.Entry.Release();
            }

            if (--turn.Users == 0)
            {
                _turns.Remove(key);
            }
        }
    }

    private static long Key(string schema, string project, string sha256) =>
        BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{schema}/{project}/{sha256}")));

    private sealed class Turn
    {
        public SemaphoreSlim Entry { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed class Held(DigestLock<TDb> locks, (string, string) key, Turn turn, TDb db) : IAsyncDisposable
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
                locks.Leave(key, turn, entered: true);
            }
        }
    }
}
