using Mesh.Ingest.V1;
using Mesh.Jobs;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.Partitions;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Processed;
using Mesh.Preprocessing.Storage;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Runs;

/// <summary>Pipeline runs: answered from an earlier result, or a job.</summary>
public sealed class RunStore(
    IDbContextFactory<PreprocessingDb> databases, JobStore<PreprocessingDb> jobs, ProcessedStore processed,
    DatasetVersions versions, RunPartitioner partitioner, InputPins pins, TimeProvider time, ILogger<RunStore> logger)
{
    /// <param name="alongside">What else is to be written in the run's transaction.</param>
    public async Task<PipelineRun> CreateAsync(
        Pipeline pipeline, CreatePipelineRunRequest request, string creator, CancellationToken cancel, Action<PreprocessingDb, PipelineRunRow>? alongside = null)
    {
        var ids = Names.Pipeline.Parse(pipeline.Name, "parent");
        await using var db = await databases.CreateDbContextAsync(cancel);
        var once = new RequestOnce(db, ids[0], request.RequestId, request);
        if (await once.FindAsync(cancel) is { } first)
        {
            return await GetAsync(first, cancel);
        }

        var version = await versions.FindAsync(request.DatasetVersion, ids[0], cancel);
        CheckInput(pipeline, version);
        var key = PipelineSpecs.Key(pipeline, version.Digest);
        var known = await processed.FindByKeyAsync(ids[0], key, cancel);
        var partitions = known is null ? await partitioner.CutAsync(pipeline, version, cancel) : [];
        var now = time.GetUtcNow();
        var row = new PipelineRunRow
        {
            Project = ids[0],
            PipelineId = ids[1],
            RunId = ResourceId.New("run"),
            DatasetVersion = version.Name,
            Creator = creator,
            CreatedTicks = now.UtcTicks,
            ProcessedKey = known is null ? null : key,
            Cached = known is not null,
            Partitions = Math.Max(1, partitions.Count),
        };
        db.Runs.Add(row);
        db.RunPartitions.AddRange(partitions.Select((p, i) => new RunPartitionRow
        {
            RunName = row.Name, Number = i, Split = p.Split, Offset = p.Offset, Records = p.RecordCount, Digest = p.Digest,
        }));
        JobRow? job = null;
        if (known is null)
        {
            var specification = new PipelineRunSpec { Pipeline = pipeline, DatasetVersion = DatasetVersions.WithoutFiles(version), Key = key };
            job = jobs.Add(db, partitions.Count == 0
                ? new NewJob(row.Name, PipelineRunKind.KindName, creator, specification, request.Resources)
                : new NewJob(row.Name, PartitionedRunKind.KindName, creator, specification, OfPart(request.Resources)));
        }

        var hold = RunCompletion.HoldOf(ids[0], row.Name, version.Name);
        if (job is not null)
        {
            db.Changes.Add(hold);
        }

        alongside?.Invoke(db, row);
        once.Record(row.Name, now);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation())
        {
            return await once.FindAsync(cancel) is { } other ? await GetAsync(other, cancel) : throw MeshError.AlreadyExists(row.Name);
        }
        catch (DbUpdateException)
        {
            // The foreign key: the pipeline was deleted between the look and the write.
            await EnsureThereAsync(ids, pipeline.Name, cancel);
            throw;
        }

        if (job is not null)
        {
            await HoldAsync(hold, cancel);
            jobs.Announce(job);
        }

        logger.RunCreated(row.Name, version.Name, row.Cached);
        Telemetry.RunsCreated.Add(1, new KeyValuePair<string, object?>("cached", row.Cached));
        return ToProto(row, job);
    }

    /// <exception cref="MeshException">NOT_FOUND.</exception>
    public async Task<PipelineRun> GetAsync(string name, CancellationToken cancel)
    {
        var ids = Names.Run.Parse(name, "name");
        await using var db = await databases.CreateDbContextAsync(cancel);
        var row = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Project == ids[0] && r.PipelineId == ids[1] && r.RunId == ids[2], cancel)
            ?? throw MeshError.NotFound(name);
        var job = await db.Jobs().AsNoTracking().SingleOrDefaultAsync(j => j.Name == name, cancel);
        await jobs.ReadProgressAsync(db, job is null ? [] : [job], cancel);
        return ToProto(row, job);
    }

    public async Task<(IReadOnlyList<PipelineRun> Page, string NextToken)> ListAsync(string parent, Paging paging, CancellationToken cancel)
    {
        var ids = Names.Pipeline.Parse(parent, "parent");
        await EnsureThereAsync(ids, parent, cancel);
        await using var db = await databases.CreateDbContextAsync(cancel);
        var rows = await db.Runs.AsNoTracking()
            .Where(r => r.Project == ids[0] && r.PipelineId == ids[1] && string.Compare(r.RunId, paging.After) > 0)
            .OrderBy(r => r.RunId)
            .Take(paging.Size + 1)
            .ToListAsync(cancel);
        var (page, next) = paging.Next(rows, r => r.RunId);
        var names = page.Select(r => r.Name).ToList();
        var states = await db.Jobs().AsNoTracking().Where(j => names.Contains(j.Name)).ToDictionaryAsync(j => j.Name, cancel);
        await jobs.ReadProgressAsync(db, states.Values, cancel);
        return ([.. page.Select(r => ToProto(r, states.GetValueOrDefault(r.Name)))], next);
    }

    public async Task<PipelineRun> CancelAsync(string name, CancellationToken cancel)
    {
        var run = await GetAsync(name, cancel);
        if (!run.Cached)
        {
            await jobs.RequestCancelAsync(name, cancel);
        }

        return await GetAsync(name, cancel);
    }

    /// <summary>Removes a run that has ended, with its parts and their logs; what it made stays.</summary>
    /// <exception cref="MeshException">NOT_FOUND; FAILED_PRECONDITION while it is under way, or a trigger is about to train with its result.</exception>
    public async Task DeleteAsync(string name, CancellationToken cancel)
    {
        var ids = Names.Run.Parse(name, "name");
        await using var db = await databases.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var active = await db.Jobs().Active().Where(j => j.Name == name).Select(j => j.State).ToListAsync(cancel);
        if (active.Count > 0)
        {
            throw MeshError.Precondition("RUN_ACTIVE", $"{name} is {active[0]}; cancel it first.");
        }

        // Behind that: the end of a run is what makes its firing wait for it.
        if (await db.Firings.AnyAsync(f => f.RunName == name && f.State == FiringState.HandingOver, cancel))
        {
            throw MeshError.Precondition("RUN_NEEDED", $"A trigger is about to train with what {name} made.");
        }

        if (await db.Runs.Where(r => r.Project == ids[0] && r.PipelineId == ids[1] && r.RunId == ids[2]).ExecuteDeleteAsync(cancel) == 0)
        {
            throw MeshError.NotFound(name);
        }

        // A run that was answered from an earlier result has none.
        await jobs.RemoveEndedAsync(db, name, cancel);
        await transaction.CommitAsync(cancel);
    }

    /// <summary>One core, where nothing is said: the processes of a run share the machine.</summary>
    private static ResourceSpec OfPart(ResourceSpec? asked)
    {
        var resources = asked?.Clone() ?? new ResourceSpec();
        resources.Cpus = resources.Cpus == 0 ? 1 : resources.Cpus;
        return resources;
    }

    /// <summary>At once, so that nobody deletes the input of a run that is there; where that fails, DatasetCare goes on with it.</summary>
    private async Task HoldAsync(DatasetChangeRow hold, CancellationToken cancel)
    {
        if (await pins.SettleAsync(hold, cancel))
        {
            await using var db = await databases.CreateDbContextAsync(cancel);
            await db.Changes.Where(c => c.ChangeId == hold.ChangeId).ExecuteDeleteAsync(cancel);
        }
    }

    /// <summary>What no attempt could make anything of, said before one is started.</summary>
    private static void CheckInput(Pipeline pipeline, DatasetVersion version)
    {
        var problems = PipelineFit.Problems(pipeline, version);
        if (problems.Count > 0)
        {
            throw MeshError.Precondition(
                "PIPELINE_DOES_NOT_FIT", $"{pipeline.Name} does not fit the data of {version.Name}:", [.. problems.Select(p => new FieldViolation(p.Field, PipelineSpecs.Sentence(p)))]);
        }
    }

    private async Task EnsureThereAsync(IReadOnlyList<string> ids, string pipeline, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        if (!await db.Pipelines.AnyAsync(p => p.Project == ids[0] && p.PipelineId == ids[1], cancel))
        {
            throw MeshError.NotFound(pipeline);
        }
    }

    private static PipelineRun ToProto(PipelineRunRow row, JobRow? job) => new()
    {
        Name = row.Name,
        DatasetVersion = row.DatasetVersion,
        ProcessedDataset = row.ProcessedKey is null ? "" : Names.Processed.Format(row.Project, ProcessedStore.IdOf(row.ProcessedKey)),
        Cached = row.Cached,
        Creator = row.Creator,
        Partitions = row.Partitions,
        ReusedPartitions = row.ReusedPartitions,
        Status = job?.ToStatus() ?? new JobStatus
        {
            State = JobState.Succeeded,
            CreateTime = row.CreatedTicks.ToTimestamp(),
            StartTime = row.CreatedTicks.ToTimestamp(),
            EndTime = row.CreatedTicks.ToTimestamp(),
        },
    };
}
