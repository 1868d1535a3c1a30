using Mesh.Preprocessing.Storage;
using Mesh.Preprocessing.V1;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Triggers;

/// <summary>Finds new versions and writes a firing for each, together with how far it has looked.</summary>
public sealed class VersionWatch(IDbContextFactory<PreprocessingDb> databases, NewVersions versions, Retries retries, TimeProvider time, ILogger<VersionWatch> logger)
{
    public Task RunAsync(CancellationToken cancel) =>
        retries.RunAsync<TriggerRow>("Ingest", db => db.Triggers.Where(t => !t.Disabled), LookAsync, cancel);

    private async Task LookAsync(TriggerRow looking, CancellationToken cancel)
    {
        var trigger = Trigger.Parser.ParseFrom(looking.Description);
        var (ready, seen) = await versions.FindAsync(trigger, looking.SeenVersion, cancel);
        if (ready.Count == 0 && seen == looking.SeenVersion && looking.Failures == 0)
        {
            return;
        }

        await using var db = await databases.CreateDbContextAsync(cancel);
        // Not when it was deleted meanwhile, or another replica has looked.
        if (await db.Triggers.SingleOrDefaultAsync(t => t.Id == looking.Id && t.SeenVersion == looking.SeenVersion, cancel) is not { } row)
        {
            return;
        }

        // One that is still parsed keeps those behind it unseen although they have fired.
        var fired = await db.Firings.Where(f => f.TriggerId == row.Id && f.Version > row.SeenVersion).Select(f => f.Version).ToListAsync(cancel);
        var (now, firing) = (time.GetUtcNow().UtcTicks, ready.Except(fired).ToList());
        db.Firings.AddRange(firing.Select(version => new TriggerFiringRow
        {
            TriggerId = row.Id, Version = version, FiredTicks = now, Trains = trigger.TrainingRun is not null,
        }));
        row.SeenVersion = seen;
        row.Succeed();
        await db.SaveChangesAsync(cancel);
        firing.ForEach(version => logger.Fired(trigger.Name, version));
    }
}
