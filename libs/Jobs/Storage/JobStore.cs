using System.Diagnostics;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.Groups;
using Mesh.Jobs.Launching;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;
using Mesh.ServiceDefaults.Storage;
using Mesh.ServiceDefaults.Watching;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Mesh.Jobs.Storage;

/// <summary>What a service's own handlers do with jobs: create, look, cancel, remove.</summary>
public sealed class JobStore<TDb>
    where TDb : MeshDb
{
    private readonly JobTransaction<TDb> _jobs;
    private readonly JobEnds<TDb> _ends;
    private readonly JobKinds<TDb> _kinds;
    private readonly WorkerLogs _logs;
    private readonly ChangeSignals _signals;
    private readonly TimeProvider _time;
    private readonly JobResources _machine;

    private JobStore(IServiceProvider services)
    {
        _jobs = services.GetRequiredService<JobTransaction<TDb>>();
        _ends = services.GetRequiredService<JobEnds<TDb>>();
        _kinds = services.GetRequiredService<JobKinds<TDb>>();
        _logs = services.GetRequiredService<WorkerLogs>();
        _signals = services.GetRequiredService<ChangeSignals>();
        _time = services.GetRequiredService<TimeProvider>();
        _machine = JobResources.Of(services.GetRequiredService<IOptions<JobOptions>>().Value);
    }

    internal static JobStore<TDb> Create(IServiceProvider services) => new(services);

    /// <summary>
    /// Adds a QUEUED job to the caller's unit of work: save it together with the resource's own row, then call
    /// <see cref="Announce"/>.
    /// </summary>
    /// <param name="resourcesField">Proto path for violations, "training_run.resources".</param>
    /// <exception cref="MeshException">INVALID_ARGUMENT when the resources are more than this service has.</exception>
    public JobRow Add(TDb db, NewJob job, string resourcesField = "resources")
    {
        _kinds.Get(job.Kind);
        var now = _time.GetUtcNow().UtcTicks;
        var resources = _machine.Resolve(job.Resources, resourcesField);
        var row = new JobRow
        {
            Name = job.Name,
            Kind = job.Kind,
            Project = ResourcePattern.ProjectOf(job.Name) ?? throw new ArgumentException($"\"{job.Name}\" has no project.", nameof(job)),
            Creator = job.Creator,
            Specification = Any.Pack(job.Specification).ToByteArray(),
            Cpus = resources.Cpus,
            MemoryBytes = resources.MemoryBytes,
            Gpus = resources.Gpus,
            TraceParent = Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null,
            CreatedTicks = now,
            TurnTicks = now,
        };
        db.Jobs().Add(row);
        return row;
    }

    /// <summary>Wakes the scheduler after a save; without it the job starts up to a second later.</summary>
    public void Announce(JobRow job)
    {
        _signals.Pulse(job.Name);
        _signals.Pulse(JobTransaction<TDb>.QueueSignal);
    }

    /// <exception cref="MeshException">NOT_FOUND.</exception>
    public async Task<JobRow> GetAsync(string name, CancellationToken cancel) =>
        await _jobs.FindAsync(name, cancel) ?? throw MeshError.NotFound(name);

    /// <summary>
    /// Sets the progress of those of <paramref name="jobs"/> that are groups to the sum over their parts, before they are
    /// shown. Costs one query for all of them, and none when no group among them is under way.
    /// </summary>
    /// <param name="jobs">Read without tracking.</param>
    public async Task ReadProgressAsync(TDb db, IEnumerable<JobRow> jobs, CancellationToken cancel)
    {
        var groups = jobs.Where(job => !job.IsTerminal && _kinds.FindGroup(job.Kind) is not null).ToList();
        if (groups.Count > 0)
        {
            await db.ReadProgressAsync(groups, cancel);
        }
    }

    /// <summary>
    /// Asks for cancellation. A job without a worker is CANCELLED at once; one that has ended stays as it is. A group is
    /// CANCELLED when the last worker of its parts has left; with a part its group is cancelled.
    /// </summary>
    /// <exception cref="MeshException">NOT_FOUND.</exception>
    public async Task<JobRow> RequestCancelAsync(string name, CancellationToken cancel) =>
        await _ends.CancelAsync(name, cancel) ?? throw MeshError.NotFound(name);

    /// <summary>Asks the worker to checkpoint and leave; the job is queued again and goes on when its turn comes.</summary>
    public Task RequestYieldAsync(string name, CancellationToken cancel) =>
        _jobs.ChangeAsync(name, j => j.State == JobState.Running && j.LeaseExpiresTicks > 0, row => row.YieldRequested = true, cancel);

    /// <summary>
    /// Removes the row of a job that has ended, in the caller's transaction, and its log; with a group its parts and their
    /// logs. The logs may go although the transaction then fails: they are there to be read by people and nothing depends on them.
    /// </summary>
    /// <returns>False when the job has not ended (or is not there, or is part of a group).</returns>
    public async Task<bool> RemoveEndedAsync(TDb db, string name, CancellationToken cancel)
    {
        var removed = await db.Jobs()
            .Where(j => j.Name == name && j.ParentName == null && (j.State == JobState.Succeeded || j.State == JobState.Failed || j.State == JobState.Cancelled))
            .ExecuteDeleteAsync(cancel);
        if (removed == 1)
        {
            _logs.Delete(name);
        }

        return removed == 1;
    }
}
