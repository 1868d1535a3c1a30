using System.Reflection;
using Google.Protobuf;
using Grpc.Core;
using Mesh.Jobs;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Storage;
using Mesh.Trainer.Storage;
using Mesh.Trainer.V1;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Trainer.Runs;

/// <summary>Training runs in the database, each with its job of the same name.</summary>
public sealed class RunStore(
    IDbContextFactory<TrainerDb> databases, JobStore<TrainerDb> jobs, PipelineService.PipelineServiceClient pipelines, RunFolders folders,
    TimeProvider time, ILogger<RunStore> logger)
{
    /// <summary>Version and commit of this program, for lineage.</summary>
    private static readonly string CodeVersion =
        typeof(RunStore).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>The run that an earlier call with this request id created; null when there was none.</summary>
    public async Task<TrainingRun?> FindFirstAsync(string project, CreateTrainingRunRequest request, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        return await Once(db, project, request).FindAsync(cancel) is { } name ? await GetAsync(name, cancel) : null;
    }

    public async Task<TrainingRun> CreateAsync(
        string project, string runId, CreateTrainingRunRequest request, TrainingRun run, ProcessedDataset data, string creator, CancellationToken cancel)
    {
        (run.Name, run.Creator) = (RunRequests.Run.Format(project, runId), creator);
        var row = new TrainingRunRow { Project = project, RunId = runId, ProcessedDataset = data.Name, Description = run.ToByteArray() };

        await using var db = await databases.CreateDbContextAsync(cancel);
        var once = Once(db, project, request);
        db.Runs.Add(row);
        var specification = new TrainingRunSpec { TrainingRun = run, ProcessedDataset = data, CodeVersion = CodeVersion };
        var job = jobs.Add(db, new NewJob(row.Name, TrainingRunKind.KindName, creator, specification, run.Resources), "training_run.resources");
        once.Record(row.Name, time.GetUtcNow());

        // After all checks and before the run exists: data deleted under a run would fail it.
        await pipelines.PinProcessedDatasetAsync(new PinProcessedDatasetRequest { Name = data.Name, Holder = row.Name }, cancellationToken: cancel);
        try
        {
            folders.Create(row.Name);
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation())
        {
            if (await once.FindAsync(cancel) is not { } other)
            {
                throw MeshError.AlreadyExists(row.Name);
            }

            if (other != row.Name)
            {
                await AbandonAsync(row, cancel);
            }

            return await GetAsync(other, cancel);
        }

        jobs.Announce(job);
        return ToProto(row, job);
    }

    /// <exception cref="MeshException">NOT_FOUND.</exception>
    public async Task<TrainingRun> GetAsync(string name, CancellationToken cancel) => (await LoadAsync(name, cancel)).Run;

    /// <summary>The run, and how much of its metrics file counts.</summary>
    public async Task<(TrainingRun Run, long MetricsBytes, TrainingRunResult? Result)> LoadAsync(string name, CancellationToken cancel)
    {
        var ids = RunRequests.Run.Parse(name, "name");
        await using var db = await databases.CreateDbContextAsync(cancel);
        var row = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Project == ids[0] && r.RunId == ids[1], cancel) ?? throw MeshError.NotFound(name);
        var job = await db.Jobs().AsNoTracking().SingleAsync(j => j.Name == name, cancel);
        return (ToProto(row, job), row.MetricsBytes, job.ReadResult<TrainingRunResult>());
    }

    public async Task<(IReadOnlyList<TrainingRun> Page, string NextToken)> ListAsync(string project, Paging paging, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var rows = await db.Runs.AsNoTracking()
            .Where(r => r.Project == project && string.Compare(r.RunId, paging.After) > 0)
            .OrderBy(r => r.RunId)
            .Take(paging.Size + 1)
            .ToListAsync(cancel);
        var (page, next) = paging.Next(rows, r => r.RunId);
        var names = page.Select(r => r.Name).ToList();
        var states = await db.Jobs().AsNoTracking().Where(j => names.Contains(j.Name)).ToDictionaryAsync(j => j.Name, cancel);
        return ([.. page.Select(r => ToProto(r, states[r.Name]))], next);
    }

    /// <summary>Removes a run that has ended, its files and its pin.</summary>
    /// <exception cref="MeshException">NOT_FOUND; FAILED_PRECONDITION while the run is active.</exception>
    public async Task DeleteAsync(string name, CancellationToken cancel)
    {
        var run = await GetAsync(name, cancel);
        var ids = RunRequests.Run.Parse(name, "name");
        if (run.Status.State is not (JobState.Succeeded or JobState.Failed or JobState.Cancelled))
        {
            throw MeshError.Precondition("RUN_ACTIVE", $"{name} is {run.Status.State}; cancel it first.");
        }

        // First, so that a failure here leaves a run to be deleted again and not a pin that nobody can release: a run that
        // has ended stays ended and needs its data no more.
        await UnpinAsync(run.ProcessedDataset, name, cancel);
        await using var db = await databases.CreateDbContextAsync(cancel);
        await using (var transaction = await db.Database.BeginTransactionAsync(cancel))
        {
            await jobs.RemoveEndedAsync(db, name, cancel);
            await db.Runs.Where(r => r.Project == ids[0] && r.RunId == ids[1]).ExecuteDeleteAsync(cancel);
            await transaction.CommitAsync(cancel);
        }

        RemoveFolder(name);
    }

    /// <summary>Another call with the same request id was first: what this one prepared goes.</summary>
    private async Task AbandonAsync(TrainingRunRow row, CancellationToken cancel)
    {
        RemoveFolder(row.Name);
        try
        {
            await UnpinAsync(row.ProcessedDataset, row.Name, cancel);
        }
        catch (RpcException e)
        {
            logger.UnpinFailed(row.Name, row.ProcessedDataset, e.Status.Detail);
        }
    }

    private async Task UnpinAsync(string dataset, string holder, CancellationToken cancel) =>
        await pipelines.UnpinProcessedDatasetAsync(new UnpinProcessedDatasetRequest { Name = dataset, Holder = holder }, cancellationToken: cancel);

    private void RemoveFolder(string run)
    {
        if (Directory.Exists(folders.Of(run)))
        {
            Directory.Delete(folders.Of(run), recursive: true);
        }
    }

    private static RequestOnce Once(TrainerDb db, string project, CreateTrainingRunRequest request) =>
        new(db, project, request.RequestId, nameof(CreateAsync), request);

    private static TrainingRun ToProto(TrainingRunRow row, JobRow job)
    {
        var run = TrainingRun.Parser.ParseFrom(row.Description);
        run.Status = job.ToStatus();
        run.LastEpoch = row.ReadLastEpoch();
        if (job.ReadResult<TrainingRunResult>() is { } result)
        {
            (run.Evaluation, run.ModelVersion) = (result.Evaluation, result.ModelVersion);
        }

        return run;
    }
}
