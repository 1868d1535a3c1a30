using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.Groups;
using Mesh.Jobs.Launching;
using Mesh.Jobs.Storage;
using Mesh.Jobs.TestService;
using Mesh.Jobs.TestService.Storage;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Hosting;
using Mesh.ServiceDefaults.Storage;
using Mesh.ServiceDefaults.Watching;
using Mesh.Tests.Shared;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Mesh.Jobs.Tests;

/// <summary>The job store on a migrated database, without a scheduler: the test is scheduler and worker.</summary>
internal sealed class StoreRig : IDisposable
{
    public static readonly JobOptions Options = new() { Cpus = 4, LeaseSeconds = 10, MaxAttempts = 3, MaxFailures = 12, RetryDelaySeconds = 1 };
    public static readonly JobResources Room = new(4, 1 << 30, 0);
    public static readonly byte[] Token = new byte[32];

    private readonly TemporaryFolder _state;
    private readonly string? _postgres;
    private readonly ServiceProvider _services;

    private StoreRig(TemporaryFolder state, string? postgres, ManualTime time, IInterceptor[] interceptors)
    {
        (_state, _postgres, _services) = (state, postgres, Build(state, postgres, time, interceptors));
        Jobs = JobStore<CountingDb>.Create(_services);
        Queue = ActivatorUtilities.CreateInstance<JobQueue<CountingDb>>(_services);
        Attempts = ActivatorUtilities.CreateInstance<JobAttempts<CountingDb>>(_services);
        Groups = _services.GetRequiredService<GroupCare<CountingDb>>();
        Retention = ActivatorUtilities.CreateInstance<PartRetention<CountingDb>>(_services);
    }

    public ManualTime Time => (ManualTime)_services.GetRequiredService<TimeProvider>();

    public JobStore<CountingDb> Jobs { get; }

    public JobQueue<CountingDb> Queue { get; }

    public JobAttempts<CountingDb> Attempts { get; }

    public GroupCare<CountingDb> Groups { get; }

    public PartRetention<CountingDb> Retention { get; }

    public JobTransaction<CountingDb> Transactions => _services.GetRequiredService<JobTransaction<CountingDb>>();

    public WorkerLogs Logs => _services.GetRequiredService<WorkerLogs>();

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<StoreRig> CreateAsync(string database, params IInterceptor[] interceptors)
    {
        var rig = new StoreRig(new TemporaryFolder(), await JobsHost.DatabaseAsync(database), new ManualTime(), interceptors);
        await using var db = await rig.OpenAsync();
        await db.Database.MigrateAsync(Cancel);
        return rig;
    }

    /// <summary>Another replica of the service, on the same database and clock. Dispose it before this one.</summary>
    public StoreRig Replica() => new(_state, _postgres, Time, []);

    public Task<CountingDb> OpenAsync() => _services.GetRequiredService<IDbContextFactory<CountingDb>>().CreateDbContextAsync(Cancel);

    /// <param name="gpus">More than this machine has: as if the job had been created on another.</param>
    public async Task<JobRow> AddAsync(string id, int cpus = 1, int gpus = 0)
    {
        await using var db = await OpenAsync();
        Time.Advance(TimeSpan.FromTicks(1));
        var job = Jobs.Add(db, new NewJob($"projects/p/counts/{id}", CountingJob.Kind, "users/admin", new Struct(), new ResourceSpec { Cpus = cpus }));
        db.Entry(job).Property(j => j.Gpus).CurrentValue = gpus;
        await db.SaveChangesAsync(Cancel);
        return job;
    }

    /// <param name="plan">Fields of <see cref="CountingGroup"/> beside the number of parts.</param>
    public async Task<JobRow> AddGroupAsync(string id, int parts = 3, string plan = "", ResourceSpec? resources = null, int partCpus = 1)
    {
        await using var db = await OpenAsync();
        Time.Advance(TimeSpan.FromTicks(1));
        var spec = new Struct
        {
            Fields =
            {
                ["parts"] = Value.ForNumber(parts), ["plan"] = Value.ForString(plan), ["until"] = Value.ForNumber(10),
                ["part_cpus"] = Value.ForNumber(partCpus),
            },
        };
        var group = Jobs.Add(db, new NewJob($"projects/p/groups/{id}", CountingGroup.Kind, "users/admin", spec, resources));
        await db.SaveChangesAsync(Cancel);
        return group;
    }

    public async Task<List<JobRow>> PartsAsync(JobRow group)
    {
        await using var db = await OpenAsync();
        return await db.Jobs().AsNoTracking().Where(j => j.ParentName == group.Name).OrderBy(j => j.Name).ToListAsync(Cancel);
    }

    /// <summary>How many ends the hooks were told of: of this job, or with null of all.</summary>
    public async Task<int> EndsAsync(JobRow? job = null)
    {
        await using var db = await OpenAsync();
        return await db.Ends.CountAsync(e => job == null || e.Job == job.Name, Cancel);
    }

    /// <summary>Does the work of an attempt that was claimed: counts one number and completes.</summary>
    public async Task<JobRow> WorkAsync(JobRow job)
    {
        await Attempts.StartAsync(job.Name, job.Attempt, Cancel);
        await Attempts.RecordAsync(job.Name, job.Attempt, [Counted(1, job.Attempt)], Cancel);
        return await Attempts.CompleteAsync(job.Name, job.Attempt, Any.Pack(new Empty()), Cancel);
    }

    /// <param name="cpus">Cores that are free.</param>
    /// <param name="machine">Cores that there are.</param>
    public Task<JobRow?> ClaimAsync(int cpus = 4, int machine = 4) =>
        Queue.ClaimNextAsync(Room with { Cpus = machine }, Room with { Cpus = cpus }, Token, Cancel);

    public Task<JobRow> GetAsync(JobRow job) => Jobs.GetAsync(job.Name, Cancel);

    public static Event Counted(long sequence, long number) =>
        new() { Sequence = sequence, Payload = Any.Pack(new Int64Value { Value = number }) };

    private static ServiceProvider Build(TemporaryFolder state, string? postgres, ManualTime time, IInterceptor[] interceptors)
    {
        var services = new ServiceCollection();
        if (postgres is not null)
        {
            services.AddDbContextFactory<PostgresCountingDb>(o => o.UsePostgres(postgres, "counting").AddInterceptors(interceptors));
            services.AddSingleton<IDbContextFactory<CountingDb>>(p => new Factory<PostgresCountingDb>(p));
        }
        else
        {
            services.AddDbContextFactory<SqliteCountingDb>(o => o.UseSqliteFile(state.File("counting.db")).AddInterceptors(interceptors));
            services.AddSingleton<IDbContextFactory<CountingDb>>(p => new Factory<SqliteCountingDb>(p));
        }

        services.AddLogging();
        services.AddSingleton<TimeProvider>(time);
        services.AddSingleton<ChangeSignals>();
        services.AddSingleton<IOptions<JobOptions>>(new OptionsWrapper<JobOptions>(Options));
        services.AddSingleton<JobKind<CountingDb>, CountingJob>();
        services.AddSingleton<JobKind<CountingDb>, CountingGroup>();
        services.AddSingleton<JobKinds<CountingDb>>();
        services.AddSingleton<JobTransaction<CountingDb>>();
        services.AddSingleton<GroupSteps<CountingDb>>();
        services.AddSingleton<GroupCare<CountingDb>>();
        services.AddSingleton<JobEnds<CountingDb>>();
        services.AddSingleton(new ServiceIdentity("counting", state.Path, state.Path));
        services.AddSingleton<WorkerLogs>();
        return services.BuildServiceProvider();
    }

    public void Dispose()
    {
        _services.Dispose();
        _state.Dispose();
    }

    private sealed class Factory<TProvider>(IServiceProvider services) : IDbContextFactory<CountingDb>
        where TProvider : CountingDb
    {
        public CountingDb CreateDbContext() => services.GetRequiredService<IDbContextFactory<TProvider>>().CreateDbContext();
    }
}
