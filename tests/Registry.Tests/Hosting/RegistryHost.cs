using Grpc.Net.Client;
using Mesh.Registry.Storage;
using Mesh.Registry.V1;
using Mesh.ServiceDefaults;
using Mesh.ServiceDefaults.Hosting;
using Mesh.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Registry.Tests.Hosting;

/// <summary>The Registry service in this process, on real ports, with a real database. Fails its test when it logged an error.</summary>
public sealed class RegistryHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Task<int> _run;
    private readonly LogCollector _log;
    private readonly TemporaryFolder? _folder;
    private readonly ProjectSeam _projects;
    private readonly GrpcChannel _channel;

    private RegistryHost(WebApplication app, Task<int> run, LogCollector log, TemporaryFolder? folder, ProjectSeam projects)
    {
        (_app, _run, _log, _folder, _projects) = (app, run, log, folder, projects);
        Address = app.Services.GetRequiredService<ListeningPorts>().GrpcAddress;
        _channel = GrpcChannel.ForAddress(Address);
        Models = new ModelService.ModelServiceClient(_channel);
        Deployments = new DeploymentService.DeploymentServiceClient(_channel);
        Directory = new DirectoryService.DirectoryServiceClient(_channel);
    }

    public string Address { get; }

    public GrpcChannel Channel => _channel;

    public ModelService.ModelServiceClient Models { get; }

    public DeploymentService.DeploymentServiceClient Deployments { get; }

    public DirectoryService.DirectoryServiceClient Directory { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Texts of errors that this test provokes.</summary>
    public List<string> ExpectedErrors { get; } = [];

    public static async Task<RegistryHost> StartAsync(DatabaseKind database)
    {
        var folder = new TemporaryFolder();
        var connection = database == DatabaseKind.Postgres ? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync() : "";
        return await StartAsync(folder.Path, connection, folder);
    }

    /// <param name="connection">PostgreSQL; empty for SQLite in the state folder.</param>
    /// <param name="owned">Removed when the host is disposed.</param>
    public static async Task<RegistryHost> StartAsync(string state, string connection, TemporaryFolder? owned = null, string? blobs = null)
    {
        var projects = await ProjectSeam.StartAsync();
        var log = new LogCollector();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ApplicationName = "Mesh.Registry" });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["MESH_STATE"] = state,
            ["MESH_BLOBS"] = blobs,
            ["ConnectionStrings:mesh"] = connection,
            ["services:identity:grpc:0"] = projects.Address,
        });
        builder.AddMeshDefaults("registry");
        builder.AddRegistry();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(log);
        var app = builder.Build();
        app.MapMeshDefaults();
        app.MapRegistry();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Lifetime.ApplicationStarted.Register(started.SetResult);
        var run = app.RunMeshAsync();
        if (await Task.WhenAny(run, started.Task) == run)
        {
            throw new InvalidOperationException($"The host ended at once with {await run}:\n{string.Join('\n', log.Entries)}");
        }

        return new RegistryHost(app, run, log, owned, projects);
    }

    /// <summary>Waits until as many replicas are in the database.</summary>
    public Task SharedAsync(int replicas) => Eventually.BecomesTrueAsync(
        async () =>
        {
            await using var db = await Services.GetRequiredService<IDbContextFactory<RegistryDb>>().CreateDbContextAsync();
            return await db.Replicas.CountAsync() == replicas;
        },
        TimeSpan.FromSeconds(15), $"{replicas} replicas are in the database");

    /// <summary>Stops the service in order, as a signal would.</summary>
    public async Task StopAsync()
    {
        if (!_run.IsCompleted)
        {
            _app.Lifetime.StopApplication();
        }

        await _run;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _channel.Dispose();
        await _app.DisposeAsync();
        await _projects.DisposeAsync();
        _folder?.Dispose();
        _log.AssertNoErrors([.. ExpectedErrors]);
    }
}
