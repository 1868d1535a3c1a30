using Google.Protobuf.WellKnownTypes;
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
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Mesh.Jobs.Tests;

/// <summary>The job store on a migrated database, without a scheduler: the test is scheduler and worker.</summary>
internal sealed class StoreRig : IDisposable
{
    public static readonly JobOptions Options = new() { Cpus = 4, LeaseSeconds = 10, MaxAttempts = 3, RetryDelaySeconds = 1 };
    public static readonly JobResources Room = new(4, 1 << 30, 0);
    public static readonly byte[] Token = new byte[32];

    private readonly TemporaryFolder _state;
    private readonly ServiceProvider _services;

    private StoreRig(TemporaryFolder state, ServiceProvider services)
    {
        (_state, _services) = (state, services);
        Jobs = JobStore<CountingDb>.Create(services);
        Queue = ActivatorUtilities.CreateInstance<JobQueue<CountingDb>>(services);
        Attempts = ActivatorUtilities.CreateInstance<JobAttempts<CountingDb>>(services);
    }

    public ManualTime Time => (ManualTime)_services.GetRequiredService<TimeProvider>();

    public JobStore<CountingDb> Jobs { get; }

    public JobQueue<CountingDb> Queue { get; }

    public JobAttempts<CountingDb> Attempts { get; }

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<StoreRig> CreateAsync(string database)
    {
        var state = new TemporaryFolder();
        var services = new ServiceCollection();
        if (await JobsHost.DatabaseAsync(database) is { } connection)
        {
            services.AddDbContextFactory<PostgresCountingDb>(o => o.UsePostgres(connection, "counting"));
            services.AddSingleton<IDbContextFactory<CountingDb>>(p => new Factory<PostgresCountingDb>(p));
        }
        else
        {
            services.AddDbContextFactory<SqliteCountingDb>(o => o.UseSqliteFile(state.File("counting.db")));
            services.AddSingleton<IDbContextFactory<CountingDb>>(p => new Factory<SqliteCountingDb>(p));
        }

        services.AddLogging();
        services.AddSingleton<TimeProvider>(new ManualTime());
        services.AddSingleton<ChangeSignals>();
        services.AddSingleton<IOptions<JobOptions>>(new OptionsWrapper<JobOptions>(Options));
        services.AddSingleton<JobKind<CountingDb>, CountingJob>();
        services.AddSingleton<JobKinds<CountingDb>>();
        services.AddSingleton<JobTransaction<CountingDb>>();
        services.AddSingleton(new ServiceIdentity("counting", state.Path, state.Path));
        services.AddSingleton<WorkerLogs>();
        var rig = new StoreRig(state, services.BuildServiceProvider());
        await using var db = await rig.OpenAsync();
        await db.Database.MigrateAsync(Cancel);
        return rig;
    }

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

    /// <param name="cpus">Cores that are free.</param>
    /// <param name="machine">Cores that there are.</param>
    public Task<JobRow?> ClaimAsync(int cpus = 4, int machine = 4) =>
        Queue.ClaimNextAsync(Room with { Cpus = machine }, Room with { Cpus = cpus }, Token, Cancel);

    public Task<JobRow> GetAsync(JobRow job) => Jobs.GetAsync(job.Name, Cancel);

    public static Event Counted(long sequence, long number) =>
        new() { Sequence = sequence, Payload = Any.Pack(new Int64Value { Value = number }) };

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
