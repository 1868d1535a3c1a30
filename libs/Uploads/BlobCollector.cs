using Mesh.Blobs;
using Mesh.ServiceDefaults.Storage;
using Mesh.ServiceDefaults.Watching;
using Mesh.Uploads.V1;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Mesh.Uploads;

/// <summary>
/// Deletes blobs that nothing refers to any more. Whoever drops a reference calls <see cref="ReleaseAsync"/> in the same
/// transaction and <see cref="Wake"/> after it; the sweep does the rest, so that no call waits for disks or fails with them
/// after its change has happened.
/// </summary>
public sealed class BlobCollector<TDb>
    where TDb : MeshDb
{
    private const string Signal = "released blobs";

    private readonly IDbContextFactory<TDb> _databases;
    private readonly IBlobStore _blobs;
    private readonly IBlobReferences<TDb> _references;
    private readonly UploadKind _kind;
    private readonly DigestLock<TDb> _locks;
    private readonly ChangeSignals _signals;
    private readonly ILogger _logger;

    internal BlobCollector(
        IDbContextFactory<TDb> databases, IBlobStore blobs, IBlobReferences<TDb> references, UploadKind kind, DigestLock<TDb> locks,
        ChangeSignals signals, ILogger<BlobCollector<TDb>> logger) =>
        (_databases, _blobs, _references, _kind, _locks, _signals, _logger) = (databases, blobs, references, kind, locks, signals, logger);

    /// <summary>Marks blobs to be looked at; the caller's SaveChanges writes it.</summary>
    public static Task ReleaseAsync(TDb db, string project, IEnumerable<string> digests, CancellationToken cancel) => db.AddRangeAsync(
        digests.Distinct().Select(digest => new ReleasedBlobRow { Project = project, Sha256 = digest }), cancel);

    /// <summary>Has the released blobs collected soon; does not wait.</summary>
    public void Wake() => _signals.Pulse(Signal);

    /// <summary>Completes at the next <see cref="Wake"/>.</summary>
    internal Task NextWake() => _signals.Next(Signal);

    /// <summary>Deletes the released blobs of a project that nothing refers to. One that fails is logged and stays released.</summary>
    public async Task CollectAsync(string project, CancellationToken cancel)
    {
        await using var db = await _databases.CreateDbContextAsync(cancel);
        var released = await db.Set<ReleasedBlobRow>().AsNoTracking().Where(b => b.Project == project).ToListAsync(cancel);
        foreach (var rows in released.GroupBy(b => b.Sha256))
        {
            try
            {
                await CollectOneAsync(db, project, rows.Key, [.. rows.Select(b => b.ReleaseId)], cancel);
            }
            catch (BlobStoreException e)
            {
                Log.CollectFailed(_logger, project, rows.Key, e);
            }
        }
    }

    /// <summary>The same for every project.</summary>
    public async Task CollectAsync(CancellationToken cancel)
    {
        await using var db = await _databases.CreateDbContextAsync(cancel);
        var projects = await db.Set<ReleasedBlobRow>().AsNoTracking().Select(b => b.Project).Distinct().ToListAsync(cancel);
        foreach (var project in projects)
        {
            await CollectAsync(project, cancel);
        }
    }

    private async Task CollectOneAsync(TDb db, string project, string digest, List<Guid> releases, CancellationToken cancel)
    {
        await using var held = await _locks.TryTakeAsync(project, digest, cancel);
        if (held is null)
        {
            // It is on its way into the store or to another one. It stays released, and is looked at the next time.
            return;
        }

        var uploaded = await db.Set<UploadRow>()
            .AnyAsync(u => u.Project == project && (u.Sha256 == digest || u.FinishingSha256 == digest && u.State == UploadState.Finishing), cancel);
        if (!uploaded && !await _references.IsReferencedAsync(db, project, digest, cancel))
        {
            await _blobs.DeleteAsync(new BlobScope(_kind.Service, project), BlobDigest.Parse(digest), cancel);
        }

        await db.Set<ReleasedBlobRow>().Where(b => releases.Contains(b.ReleaseId)).ExecuteDeleteAsync(cancel);
    }
}
