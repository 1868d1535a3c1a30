using Grpc.Net.Client;
using Mesh.Common.V1;
using Mesh.Ingest.V1;
using Mesh.ServiceDefaults;
using Mesh.ServiceDefaults.Hosting;
using Mesh.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Ingest.Tests.Hosting;

/// <summary>The Ingest service in this process, on real ports, with a real database. Fails its test when it logged an error.</summary>
public sealed class IngestHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Task<int> _run;
    private readonly LogCollector _log;
    private readonly TemporaryFolder _folder;
    private readonly ProjectSeam _projects;

    private IngestHost(WebApplication app, Task<int> run, LogCollector log, TemporaryFolder folder, ProjectSeam projects)
    {
        (_app, _run, _log, _folder, _projects) = (app, run, log, folder, projects);
        Channel = GrpcChannel.ForAddress(
            app.Services.GetRequiredService<ListeningPorts>().GrpcAddress, new GrpcChannelOptions { MaxReceiveMessageSize = 16 * 1024 * 1024 });
        Datasets = new DatasetService.DatasetServiceClient(Channel);
        Imports = new ImportService.ImportServiceClient(Channel);
        Tenancy = new TenancyService.TenancyServiceClient(Channel);
    }

    public GrpcChannel Channel { get; }

    public DatasetService.DatasetServiceClient Datasets { get; }

    public ImportService.ImportServiceClient Imports { get; }

    public TenancyService.TenancyServiceClient Tenancy { get; }

    public IServiceProvider Services => _app.Services;

    public string HttpAddress => _app.Services.GetRequiredService<ListeningPorts>().HttpAddress;

    /// <summary>Where the service keeps blobs: "{folder}/{service}/{project}/…".</summary>
    public string BlobFolder => Path.Combine(_folder.Path, "blobs");

    public string StateFolder => Path.Combine(_folder.Path, "ingest");

    /// <summary>Texts of errors that this test provokes.</summary>
    public List<string> ExpectedErrors { get; } = [];

    public static async Task<IngestHost> StartAsync(DatabaseKind database = DatabaseKind.Sqlite, params (string Key, string Value)[] settings)
    {
        var folder = new TemporaryFolder();
        var connection = database == DatabaseKind.Postgres ? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync() : "";
        var projects = await ProjectSeam.StartAsync();
        var log = new LogCollector();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ApplicationName = "Mesh.Ingest" });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["MESH_STATE"] = folder.Path,
            ["ConnectionStrings:mesh"] = connection,
            ["services:identity:grpc:0"] = projects.Address,
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.AddMeshDefaults("ingest");
        builder.AddIngest();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(log);
        var app = builder.Build();
        app.MapMeshDefaults();
        app.MapIngest();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Lifetime.ApplicationStarted.Register(started.SetResult);
        var run = app.RunMeshAsync();
        if (await Task.WhenAny(run, started.Task) == run)
        {
            throw new InvalidOperationException($"The host ended at once with {await run}:\n{string.Join('\n', log.Entries)}");
        }

        return new IngestHost(app, run, log, folder, projects);
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        _app.Lifetime.StopApplication();
        await _run;
        await _app.DisposeAsync();
        await _projects.DisposeAsync();
        _folder.Dispose();
        _log.AssertNoErrors([.. ExpectedErrors]);
    }
}
