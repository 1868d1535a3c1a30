using System.Data.Common;
using Mesh.Blobs;
using Mesh.Blobs.Staging;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Storage;
using Mesh.Uploads.V1;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Mesh.Uploads;

/// <summary>
/// How an upload becomes a blob: 1. its row says FINISHING; 2. what was not hashed is; 3. the bytes move into the store; 4. its row
/// says FINISHED. A crash after any step leaves what another run begins with.
/// </summary>
internal sealed class UploadFinish<TDb>(
    IDbContextFactory<TDb> databases, BlobStaging staging, StagedBytes<TDb> staged, KnownContent<TDb> known, DigestLock<TDb> locks, UploadKind kind,
    UploadFaults faults, UploadOptions options, TimeProvider time, ILogger logger)
    where TDb : MeshDb
{
    /// <summary>How often to look whether another replica is done with it.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    // Each finish holds a database connection with its lock and needs another one besides: without a bound they would wait for each other's.
    private readonly SemaphoreSlim _places = new(options.ParallelFinishes);

    /// <param name="digest">What the bytes must have; null for whatever they have.</param>
    /// <param name="isResumed">Nobody asked just now: bytes that have another digest stay.</param>
    /// <returns>The row, FINISHED.</returns>
    public async Task<UploadRow> RunAsync(string project, string id, BlobDigest? digest, bool isResumed, CancellationToken cancel)
    {
        while (true)
        {
            await using var db = await databases.CreateDbContextAsync(cancel);
            var row = await db.Set<UploadRow>().FindAsync([project, id], cancel) ?? throw MeshError.NotFound(kind.Pattern.Format(project, id));
            try
            {
                await InTurnAsync(() => faults.GuardAsync(row, () => FinishAsync(db, row, digest, isResumed, cancel)), cancel);
                return row;
            }
            catch (MeshException e) when (e.Reason == UploadErrors.BusyReason && row.State == UploadState.Finishing)
            {
                // Another replica finishes it. When that one dies, this one goes on.
                await Task.Delay(Look, time, cancel);
            }
        }
    }

    private async Task InTurnAsync(Func<Task> finish, CancellationToken cancel)
    {
        await _places.WaitAsync(cancel);
        try
        {
            await finish();
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task FinishAsync(TDb db, UploadRow row, BlobDigest? digest, bool isResumed, CancellationToken cancel)
    {
        var committed = await staged.CommittedAsync(db, row, cancel);
        if (row.State == UploadState.Finished)
        {
            return;
        }

        try
        {
            if (row.DeclaredBytes > 0 && committed != row.DeclaredBytes)
            {
                await FinishKnownAsync(db, row, digest, committed, cancel);
                return;
            }

            await BeginAsync(db, row, digest, cancel);
            using var content = await staging.TakeAsync(row.UploadId, cancel);
            if (digest is { } expected && expected != content.Blob.Digest)
            {
                throw Mismatch(row, expected, content, isResumed);
            }

            // Without it the collector could remove the blob before the row says that it is needed.
            await using var held = await locks.TakeAsync(row.Project, content.Blob.Digest.Hex, cancel);
            await staged.ReloadAsync(db, row, cancel);
            await BeginAsync(db, row, content.Blob.Digest, cancel);
            await StagedBytes<TDb>.FinishAsync(db, row, await content.ImportAsync(new BlobScope(kind.Service, row.Project), cancel), CancellationToken.None);
        }
        catch (Exception e) when (row.State == UploadState.Finishing && e is not OperationCanceledException and not StagingBusyException and not StagingNotFoundException)
        {
            await GiveUpAsync(db, row);
            throw;
        }
    }

    private static async Task BeginAsync(TDb db, UploadRow row, BlobDigest? digest, CancellationToken cancel)
    {
        var said = digest?.Hex ?? "";
        if (row.FinishingSha256.Length > 0 && row.FinishingSha256 != said)
        {
            // Of a run that died, which may have stored it.
            await BlobCollector<TDb>.ReleaseAsync(db, row.Project, [row.FinishingSha256], cancel);
        }

        (row.State, row.FinishingSha256) = (UploadState.Finishing, said);
        await db.SaveChangesAsync(cancel);
    }

    /// <summary>Without the bytes that were not sent, when the project has them.</summary>
    private async Task FinishKnownAsync(TDb db, UploadRow row, BlobDigest? digest, long committed, CancellationToken cancel)
    {
        var missing = UploadErrors.SizeMismatch(kind.NameOf(row), row.DeclaredBytes, committed);
        await using (await locks.TakeAsync(row.Project, digest?.Hex ?? throw missing, cancel))
        {
            await staged.ReloadAsync(db, row, cancel);
            await StagedBytes<TDb>.FinishAsync(db, row, await known.FindAsync(db, row.Project, digest.Value, row.DeclaredBytes, cancel) ?? throw missing, cancel);
        }

        await staging.DeleteAsync(row.UploadId, CancellationToken.None);
    }

    private MeshException Mismatch(UploadRow row, BlobDigest expected, StagedContent content, bool isResumed)
    {
        var name = kind.NameOf(row);
        if (isResumed)
        {
            return UploadErrors.Busy(name);
        }

        Log.DigestMismatch(logger, name, expected.Hex, content.Blob.Digest.Hex);
        content.Empty();
        return UploadErrors.DigestMismatch(name, expected.Hex, content.Blob.Digest.Hex);
    }

    /// <summary>ACTIVE again, if it still is. Whether a store that failed has the blob nobody knows: the collector looks.</summary>
    private async Task GiveUpAsync(TDb db, UploadRow row)
    {
        if (db.Entry(row).State == EntityState.Detached)
        {
            return;
        }

        try
        {
            await BlobCollector<TDb>.ReleaseAsync(db, row.Project, new[] { row.FinishingSha256 }.Where(d => d.Length > 0), CancellationToken.None);
            (row.State, row.FinishingSha256) = (UploadState.Active, "");
            await db.SaveChangesAsync(CancellationToken.None);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Deleted meanwhile.
        }
        catch (Exception e) when (e is DbUpdateException or InvalidOperationException or DbException)
        {
            // The database is away: the sweep goes on with it.
            Log.FinishFailed(logger, kind.NameOf(row), e);
        }
    }
}
