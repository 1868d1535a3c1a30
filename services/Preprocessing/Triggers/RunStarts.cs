using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Runs;
using Mesh.Preprocessing.Storage;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Triggers;

/// <summary>Creates the pipeline runs of firings, each in the transaction that says so in the firing.</summary>
public sealed class RunStarts(IDbContextFactory<PreprocessingDb> databases, PipelineStore pipelines, RunStore runs, ProjectGate gate, Retries retries)
{
    public Task RunAsync(CancellationToken cancel) =>
        retries.RunAsync<TriggerFiringRow>("Ingest or Identity", db => db.Firings.Where(f => f.State == FiringState.Starting), StartAsync, cancel);

    private async Task StartAsync(TriggerFiringRow firing, CancellationToken cancel)
    {
        var trigger = await TriggerOfAsync(firing, cancel);
        var ids = Names.Trigger.Parse(trigger.Name, "name");
        using var creating = await gate.EnterAsync(ids[0], cancel);
        var pipeline = await pipelines.GetAsync(Names.Pipeline.Format(ids[0], ids[1]), cancel);
        var request = new CreatePipelineRunRequest
        {
            Parent = pipeline.Name, DatasetVersion = TriggerStore.VersionOf(trigger, firing.Version), Resources = trigger.Resources,
        };
        await runs.CreateAsync(pipeline, request, trigger.Creator, cancel, (db, run) =>
        {
            // The state guards it: what has left it has a run.
            db.Attach(firing);
            firing.Process(run.Name, succeeded: run.Cached);
        });
    }

    private async Task<Trigger> TriggerOfAsync(TriggerFiringRow firing, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        return Trigger.Parser.ParseFrom(await db.Triggers.Where(t => t.Id == firing.TriggerId).Select(t => t.Description).SingleAsync(cancel));
    }
}
