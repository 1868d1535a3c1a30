using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.Storage;
using Mesh.Jobs.TestService;
using Mesh.Jobs.TestService.Storage;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults;
using Mesh.ServiceDefaults.Storage;
using Mesh.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Mesh.Jobs.Tests;

/// <summary>The counting service in this process, on real ports, with real workers as child processes.</summary>
public sealed class JobsHost : IAsyncDisposable
{
    public const string Sqlite = "sqlite";
    public const string Postgres = "postgres";
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static readonly string[] WorkerCommand =
        ["dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "Mesh.Jobs.TestService.dll"), "worker"];

    // Tests run at once, and tell their workers apart by name.
    private readonly string _project = $"p{Guid.NewGuid():n}";
    private readonly WebApplication _app;
    private readonly Task<int> _run;

    private JobsHost(WebApplication app, LogCollector logs)
    {
        (_app, Logs) = (app, logs);
        _run = app.RunMeshAsync();
    }

    public LogCollector Logs { get; }

    public IServiceProvider Services => _app.Services;

    public JobStore<CountingDb> Jobs => Services.GetRequiredService<JobStore<CountingDb>>();

    public static async Task<string?> DatabaseAsync(string kind) =>
        kind == Postgres ? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync() : null;

    public static async Task<JobsHost> StartAsync(
        TemporaryFolder state, string? postgres = null, Action<WebApplicationBuilder>? configure = null, params string[] settings)
    {
        var logs = new LogCollector();
        string[] args =
        [
            $"--MESH_STATE={state.Path}", "--Jobs:Cpus=2", "--Jobs:RetryDelaySeconds=0", .. settings,
            .. WorkerCommand.Select((part, i) => $"--Jobs:Command:{i}={part}"),
            .. postgres is null ? Array.Empty<string>() : [$"--ConnectionStrings:mesh={postgres}"],
        ];
        var app = CountingService.Build(args, builder =>
        {
            builder.Logging.AddProvider(logs);
            configure?.Invoke(builder);
        });
        var host = new JobsHost(app, logs);
        var started = new TaskCompletionSource();
        app.Lifetime.ApplicationStarted.Register(started.SetResult);
        if (await Task.WhenAny(started.Task, host._run) == host._run)
        {
            Assert.Fail($"The service ended with {await host._run}.");
        }

        return host;
    }

    public async Task<JobRow> CreateAsync(
        string id, int until = 5, int pauseMs = 0, int holdAt = 0, string mode = "", int cpus = 1, bool anyMachine = false, string requestId = "")
    {
        var spec = new Struct
        {
            Fields =
            {
                ["until"] = Value.ForNumber(until), ["pause_ms"] = Value.ForNumber(pauseMs), ["hold_at"] = Value.ForNumber(holdAt),
                ["mode"] = Value.ForString(mode),
            },
        };
        return await AddAsync($"counts/{id}", CountingJob.Kind, spec, anyMachine ? 1 : cpus, cpus, requestId);
    }

    /// <summary>A group whose parts take a core each, as <see cref="CountingGroup"/> cuts it.</summary>
    /// <param name="part">The part that <paramref name="mode"/> is for; empty for all.</param>
    /// <param name="gpus">That the group asks for, and its parts do not.</param>
    public Task<JobRow> CreateGroupAsync(string id, int parts = 3, int until = 5, int holdAt = 0, string mode = "", string part = "", int sumHoldAt = 0, int gpus = 0)
    {
        var spec = new Struct
        {
            Fields =
            {
                ["parts"] = Value.ForNumber(parts), ["until"] = Value.ForNumber(until), ["hold_at"] = Value.ForNumber(holdAt),
                ["mode"] = Value.ForString(mode), ["part"] = Value.ForString(part), ["sum_hold_at"] = Value.ForNumber(sumHoldAt), ["part_cpus"] = Value.ForNumber(1),
            },
        };
        return AddAsync($"groups/{id}", CountingGroup.Kind, spec, 1, 1, gpus: gpus);
    }

    public Task<CountingDb> OpenAsync() => Services.GetRequiredService<IDbContextFactory<CountingDb>>().CreateDbContextAsync();

    public Task<JobRow> GetAsync(JobRow job) => Jobs.GetAsync(job.Name, TestContext.Current.CancellationToken);

    public async Task<List<JobRow>> PartsAsync(JobRow group)
    {
        await using var db = await OpenAsync();
        return await db.Jobs().AsNoTracking().Where(j => j.ParentName == group.Name).OrderBy(j => j.Name).ToListAsync();
    }

    public async Task<JobRow> EndAsync(JobRow job)
    {
        var row = job;
        await Eventually.BecomesTrueAsync(async () => (row = await GetAsync(job)).IsTerminal, Patience, $"{job.Name} ends");
        return row;
    }

    public Task ReachesAsync(JobRow job, Func<JobRow, bool> condition, string what) =>
        Eventually.BecomesTrueAsync(async () => condition(await GetAsync(job)), Patience, what);

    public async Task<List<CountRow>> CountsAsync(JobRow job)
    {
        await using var db = await OpenAsync();
        return await db.Counts.AsNoTracking().Where(c => c.Job == job.Name).OrderBy(c => c.Number).ToListAsync();
    }

    public async Task<EndRow?> EndOfAsync(JobRow job)
    {
        await using var db = await OpenAsync();
        return await db.Ends.AsNoTracking().SingleOrDefaultAsync(e => e.Job == job.Name);
    }

    public async Task StopAsync()
    {
        _app.Lifetime.StopApplication();
        Assert.Equal(0, await _run);
        await _app.DisposeAsync();
    }

    private async Task<JobRow> AddAsync(string id, string kind, Struct spec, int cpusHere, int cpus, string requestId = "", int gpus = 0)
    {
        var name = $"projects/{_project}/{id}";
        await using var db = await OpenAsync();
        var job = Jobs.Add(db, new NewJob(name, kind, "users/admin", spec, new ResourceSpec { Cpus = cpusHere }));
        // As if it had been created on a machine with as many.
        db.Entry(job).Property(j => j.Cpus).CurrentValue = cpus;
        db.Entry(job).Property(j => j.Gpus).CurrentValue = gpus;
        var once = new RequestOnce(db, _project, requestId, spec);
        once.Record(name, DateTimeOffset.UtcNow);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        Jobs.Announce(job);
        return job;
    }

    public async ValueTask DisposeAsync()
    {
        _app.Lifetime.StopApplication();
        await _run;
        await _app.DisposeAsync();
    }
}
