using System.Reflection;
using Google.Protobuf;
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
    IDbContextFactory<TrainerDb> databases, JobStore<TrainerDb> jobs, RunPins pins, RunFolders folders, TimeProvider time)
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
        var specification = new TrainingRunSpec
        {
            TrainingRun = run, ProcessedDataset = data, CodeVersion = CodeVersion, RegistrationId = Guid.NewGuid().ToString("n"),
        };
        var job = jobs.Add(db, new NewJob(row.Name, TrainingRunKind.KindName, creator, specification, run.Resources), "training_run.resources");
        once.Record(row.Name, time.GetUtcNow());

        // Before the pin, which could not be told from that of the run which has this name.
        if (await db.Runs.AnyAsync(r => r.Project == project && r.RunId == runId, cancel))
        {
            return await FirstAsync(once, row.Name, cancel);
        }

        // After all checks and before the run exists: data deleted under a run would fail it. A caller who leaves stops
        // nothing from here on.
        var intent = await pins.IntendAsync(row, cancel);
        try
        {
            await pins.PinAsync(data.Name, row.Name, CancellationToken.None);
            db.PinIntents.Remove(intent);
            await db.SaveChangesAsync(CancellationToken.None);
        }
        catch (Exception e)
        {
            await pins.ReleaseAsync(intent, CancellationToken.None);
            if (e is DbUpdateException lost && lost.IsUniqueViolation())
            {
                return await FirstAsync(once, row.Name, cancel);
            }

            throw;
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
        // One statement: the run may be deleted at any time.
        var found = await (
            from run in db.Runs.AsNoTracking()
            where run.Project == ids[0] && run.RunId == ids[1]
            from job in db.Jobs().AsNoTracking()
            where job.Name == name
            select new { Run = run, Job = job }).SingleOrDefaultAsync(cancel) ?? throw MeshError.NotFound(name);
        return (ToProto(found.Run, found.Job), found.Run.MetricsBytes, found.Job.ReadResult<TrainingRunResult>());
    }

    public async Task<(IReadOnlyList<TrainingRun> Page, string NextToken)> ListAsync(string project, Paging paging, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var prefix = RunRequests.Run.Format(project, "");
        var rows = await db.Runs.AsNoTracking()
            .Where(r => r.Project == project && string.Compare(r.RunId, paging.After) > 0)
            .OrderBy(r => r.RunId)
            .Take(paging.Size + 1)
            .Join(db.Jobs().AsNoTracking(), r => prefix + r.RunId, j => j.Name, (run, job) => new { Run = run, Job = job })
            .OrderBy(r => r.Run.RunId)
            .ToListAsync(cancel);
        var (page, next) = paging.Next(rows, r => r.Run.RunId);
        return ([.. page.Select(r => ToProto(r.Run, r.Job))], next);
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
        await pins.UnpinAsync(run.ProcessedDataset, name, cancel);
        await using var db = await databases.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (!await jobs.RemoveEndedAsync(db, name, cancel))
        {
            // Another call was first.
            throw MeshError.NotFound(name);
        }

        await db.Runs.Where(r => r.Project == ids[0] && r.RunId == ids[1]).ExecuteDeleteAsync(cancel);
        // Before the commit, after which the name is free: another run's files must not go with these.
        var aside = folders.SetAside(name);
        try
        {
            await transaction.CommitAsync(cancel);
        }
        catch when (aside is not null)
        {
            folders.Restore(name, aside);
            throw;
        }

        if (aside is not null)
        {
            folders.RemoveSetAside(aside);
        }
    }

    /// <summary>What the first call with the same request id made; without one, the name is taken.</summary>
    private async Task<TrainingRun> FirstAsync(RequestOnce once, string name, CancellationToken cancel) =>
        await once.FindAsync(cancel) is { } first ? await GetAsync(first, cancel) : throw MeshError.AlreadyExists(name);

    private static RequestOnce Once(TrainerDb db, string project, CreateTrainingRunRequest request) =>
        new(db, project, request.RequestId, request);

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
