using Grpc.Core;
using Mesh.Preprocessing.Storage;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Mesh.Preprocessing.Triggers;

/// <summary>Does the steps of rows that are due. One that fails says so in its row, is tried again later and later, and keeps no other waiting.</summary>
public sealed class Retries(IDbContextFactory<PreprocessingDb> databases, IOptions<PreprocessingOptions> options, TimeProvider time, ILogger<Retries> logger)
{
    /// <summary>Refusals of a step after which it is given up; what is merely away is waited for.</summary>
    public const int MostTries = 8;

    private const int LongestWait = 32;
    private const int AtOnce = 4;
    private const int LongestError = 2000;

    /// <param name="needs">Which service the step asks, for people: "Trainer".</param>
    /// <param name="rows">Those that have this step to do.</param>
    /// <param name="step">Gets a row that is not tracked.</param>
    public async Task RunAsync<TRow>(
        string needs, Func<PreprocessingDb, IQueryable<TRow>> rows, Func<TRow, CancellationToken, Task> step, CancellationToken cancel)
        where TRow : RetriedRow
    {
        List<Guid> due;
        await using (var db = await databases.CreateDbContextAsync(cancel))
        {
            var now = time.GetUtcNow().UtcTicks;
            due = await rows(db).Where(r => r.NotBeforeTicks <= now).OrderBy(r => r.NotBeforeTicks).ThenBy(r => r.Id).Select(r => r.Id).ToListAsync(cancel);
        }

        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (id, stop) =>
        {
            try
            {
                if (await FindAsync(rows, id, stop) is { } row)
                {
                    await step(row, stop);
                }
            }
            catch (Exception e) when (!stop.IsCancellationRequested && !IsLostRace(e))
            {
                await NoteAsync(needs, rows, id, e, stop);
            }
        });
    }

    /// <summary>What to wait after so many failures: as long as between two looks, then twice as long each time.</summary>
    public static TimeSpan Wait(double seconds, int failures) => TimeSpan.FromSeconds(seconds * Math.Min(LongestWait, Math.Pow(2, failures - 1)));

    private async Task<TRow?> FindAsync<TRow>(Func<PreprocessingDb, IQueryable<TRow>> rows, Guid id, CancellationToken cancel)
        where TRow : RetriedRow
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        return await rows(db).AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, cancel);
    }

    private async Task NoteAsync<TRow>(string needs, Func<PreprocessingDb, IQueryable<TRow>> rows, Guid id, Exception e, CancellationToken cancel)
        where TRow : RetriedRow
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        if (await rows(db).SingleOrDefaultAsync(r => r.Id == id, cancel) is not { } row)
        {
            return;
        }

        var (text, isRefusal) = Read(needs, e);
        row.Fail(text.Length > LongestError ? text[..LongestError] : text, time.GetUtcNow() + Wait(options.Value.TriggerSeconds, row.Failures + 1));
        if (isRefusal && row.Failures >= MostTries)
        {
            row.GiveUp();
        }

        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateConcurrencyException)
        {
            // It is gone, or another replica got further.
            return;
        }

        var of = (row as TriggerFiringRow)?.TriggerId ?? row.Id;
        var trigger = await db.Triggers.AsNoTracking().SingleOrDefaultAsync(t => t.Id == of, cancel);
        if (e is RpcException or MeshException)
        {
            logger.StepFailed(trigger?.Name, row.Failures, text);
        }
        else
        {
            logger.CareFailed(trigger?.Name ?? "A trigger", e);
        }
    }

    /// <summary>What people are told, and whether somebody has said no rather than nothing.</summary>
    private static (string Text, bool IsRefusal) Read(string needs, Exception e) => e switch
    {
        RpcException { StatusCode: StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled } away => ($"{needs} does not answer ({away.StatusCode}).", false),
        RpcException refused => (refused.Status.Detail, IsFinal(refused.StatusCode)),
        MeshException refused => (refused.Message, IsFinal(refused.Code)),
        _ => ("Something failed in the service; its log has more.", true),
    };

    private static bool IsFinal(StatusCode code) => code is not (StatusCode.Unavailable or StatusCode.Aborted or StatusCode.ResourceExhausted);

    /// <summary>Another replica did it at the same moment.</summary>
    private static bool IsLostRace(Exception e) => e is DbUpdateConcurrencyException || (e is DbUpdateException update && update.IsUniqueViolation());
}
