using Mesh.Blobs;
using Mesh.Preprocessing.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Processed;

/// <summary>
/// Deletes the blobs that nothing needs any more: no dataset, and no run under way. In three steps, so that no transaction
/// is open while the store is asked:
/// <list type="number">
/// <item>under the project's lock, blobs that nothing needs are marked; whoever wants one of them waits from then on;</item>
/// <item>they are deleted from the store;</item>
/// <item>their rows go, and with them the marks.</item>
/// </list>
/// A mark that a process left is lifted when it is so old that no deletion of that process can be under way any more.
/// </summary>
public sealed class BlobCollection(IDbContextFactory<PreprocessingDb> databases, IBlobStore blobs, TimeProvider time, ILogger<BlobCollection> logger)
    : BackgroundService
{
    private const int BlobsAtOnce = 64;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>A store that fails is left alone for a while.</summary>
    private static readonly TimeSpan IntervalOfFailure = TimeSpan.FromSeconds(30);

    /// <summary>For one deletion.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    /// <summary>After it was marked, no deletion of a blob begins later than this.</summary>
    private static readonly TimeSpan Begin = TimeSpan.FromMinutes(1);

    /// <summary>Far behind the end of the last deletion that may have begun, so that a clock or a request may be late.</summary>
    private static readonly TimeSpan MarkEnds = TimeSpan.FromMinutes(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var whole = false;
            try
            {
                whole = await CollectAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.CareFailed("blobs", e);
            }
            catch (Exception)
            {
                // Stopping; the rows stay for the next start.
                return;
            }

            await Task.Delay(whole ? Interval : IntervalOfFailure, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Goes through all blobs that may be nobody's.</summary>
    /// <returns>False when the store failed; the rest is left for later then.</returns>
    internal async Task<bool> CollectAsync(CancellationToken cancel)
    {
        var whole = true;
        while (whole && await MarkAsync(cancel) is { } marked)
        {
            whole = await DeleteAsync(marked, cancel);
        }

        // At the end, so that who waits for such a blob has the time to the next pass to claim it.
        await using var db = await databases.CreateDbContextAsync(cancel);
        var before = (time.GetUtcNow() - MarkEnds).UtcTicks;
        var left = db.Claims.Where(c => c.RunName == "" && c.DeletingTicks > 0 && c.DeletingTicks < before);
        if (await left.AnyAsync(cancel))
        {
            await left.ExecuteUpdateAsync(set => set.SetProperty(c => c.DeletingTicks, 0), cancel);
        }

        Telemetry.BlobsWaiting.Record(
            await db.Claims.Where(c => c.RunName == "").Select(c => new { c.Project, c.Digest }).Distinct().CountAsync(cancel));
        return whole;
    }

    /// <returns>Null when there is nothing to look at.</returns>
    private async Task<Marked?> MarkAsync(CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var nobodys = db.Claims.AsNoTracking().Where(c => c.RunName == "" && c.DeletingTicks == 0).OrderBy(c => c.ClaimId);
        if (await nobodys.Select(c => c.Project).FirstOrDefaultAsync(cancel) is not { } project)
        {
            return null;
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await ProjectLock.TakeAsync(db, project, cancel);
        var claims = await nobodys.Where(c => c.Project == project).Take(BlobsAtOnce).ToListAsync(cancel);
        var digests = claims.Select(c => c.Digest).Distinct().ToList();
        // One query, which sees one moment: the end of a run turns its claims into what its dataset holds.
        var free = await db.Claims
            .Where(c => c.Project == project && digests.Contains(c.Digest))
            .Where(c => !db.Claims.Any(other => other.Project == project && other.Digest == c.Digest && (other.RunName != "" || other.DeletingTicks > 0)))
            .Where(c => !db.Blobs.Any(held => held.Project == project && held.Digest == c.Digest))
            .Select(c => c.Digest).Distinct().ToListAsync(cancel);
        // What somebody needs is looked at again when they let go of it. These rows only: meanwhile others may have become nobody's.
        var settled = claims.Where(c => !free.Contains(c.Digest)).Select(c => c.ClaimId).ToList();
        await db.Claims.Where(c => settled.Contains(c.ClaimId)).ExecuteDeleteAsync(cancel);
        var now = time.GetUtcNow().UtcTicks;
        await db.Claims.Where(c => c.Project == project && free.Contains(c.Digest)).ExecuteUpdateAsync(set => set.SetProperty(c => c.DeletingTicks, now), cancel);
        await transaction.CommitAsync(cancel);
        return new Marked(project, now, time.GetTimestamp(), free);
    }

    /// <returns>False when the store failed.</returns>
    private async Task<bool> DeleteAsync(Marked marked, CancellationToken cancel)
    {
        var scope = new BlobScope("preprocessing", marked.Project);
        var (gone, rest, works) = (new List<string>(), new Queue<string>(marked.Digests), true);
        while (works && !cancel.IsCancellationRequested && time.GetElapsedTime(marked.Since) < Begin && rest.TryDequeue(out var digest))
        {
            using var deadline = new CancellationTokenSource(Deadline, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
            try
            {
                await blobs.DeleteAsync(scope, BlobDigest.Parse(digest), either.Token);
                gone.Add(digest);
            }
            catch (Exception) when (cancel.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                // Nobody knows whether the store deletes it yet, so the mark stays for a while.
                logger.BlobNotDeleted(digest, marked.Project, e);
                works = e is not (BlobStoreException or OperationCanceledException);
            }
        }

        await using var db = await databases.CreateDbContextAsync(CancellationToken.None);
        // By the moment of the mark: another replica may have marked them anew.
        var mine = db.Claims.Where(c => c.Project == marked.Project && c.DeletingTicks == marked.Ticks);
        await mine.Where(c => gone.Contains(c.Digest)).ExecuteDeleteAsync(CancellationToken.None);
        await mine.Where(c => rest.Contains(c.Digest)).ExecuteUpdateAsync(set => set.SetProperty(c => c.DeletingTicks, 0), CancellationToken.None);
        return works;
    }

    /// <param name="Ticks">The mark.</param>
    /// <param name="Since">The same moment, of the clock that nobody sets.</param>
    private sealed record Marked(string Project, long Ticks, long Since, List<string> Digests);
}
