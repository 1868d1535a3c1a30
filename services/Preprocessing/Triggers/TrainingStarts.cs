using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Processed;
using Mesh.Preprocessing.Storage;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Names;
using Mesh.Trainer.V1;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Triggers;

/// <summary>Creates the training runs that follow pipeline runs. The firing's id is the request's, so a call that is repeated finds the run it made.</summary>
public sealed class TrainingStarts(IDbContextFactory<PreprocessingDb> databases, TrainingService.TrainingServiceClient training, Retries retries)
{
    public Task RunAsync(CancellationToken cancel) =>
        retries.RunAsync<TriggerFiringRow>("Trainer", db => db.Firings.Where(f => f.State == FiringState.HandingOver), StartAsync, cancel);

    private async Task StartAsync(TriggerFiringRow firing, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var run = Names.Run.Parse(firing.RunName!, "name");
        var found = await (
            from trigger in db.Triggers
            where trigger.Id == firing.TriggerId
            from row in db.Runs
            where row.Project == run[0] && row.PipelineId == run[1] && row.RunId == run[2]
            select new { trigger.Description, row.ProcessedKey }).SingleAsync(cancel);
        var template = Trigger.Parser.ParseFrom(found.Description).TrainingRun;
        template.ProcessedDataset = Names.Processed.Format(run[0], ProcessedStore.IdOf(found.ProcessedKey!));
        var created = await training.CreateTrainingRunAsync(
            new CreateTrainingRunRequest { Parent = ResourcePattern.Project.Format(run[0]), TrainingRun = template, RequestId = $"firing-{firing.Id:n}" }, cancellationToken: cancel);
        db.Attach(firing);
        firing.HandOver(created.Name);
        await db.SaveChangesAsync(cancel);
    }
}
