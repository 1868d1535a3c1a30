using System.Reflection;
using Mesh.Blobs;
using Mesh.Blobs.Staging;
using Mesh.ServiceDefaults;
using Mesh.ServiceDefaults.Names;
using Mesh.ServiceDefaults.Storage;
using Mesh.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace Mesh.Uploads.Tests;

public enum DatabaseKind
{
    Sqlite,
    Postgres,
}

/// <summary>Runs a test once on each database; PostgreSQL is a real server.</summary>
public sealed class EachDatabaseAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>(
            [.. Enum.GetValues<DatabaseKind>().Select(kind => new TheoryDataRow<DatabaseKind>(kind))]);

    public override bool SupportsDiscoveryEnumeration() => true;
}

/// <summary>Uploads as a service registers them, without the service. Starting it again on the same folder is a restart.</summary>
public sealed class UploadsHost : IAsyncDisposable
{
    public static readonly BlobScope Scope = new("uploads", "default");

    private readonly WebApplication _app;
    private readonly LogCollector _log;

    private UploadsHost(WebApplication app, LogCollector log) => (_app, _log) = (app, log);

    /// <summary>Texts of log entries of level Error that the test brings about.</summary>
    public string[] ExpectedErrors { get; set; } = [];

    public UploadStore<UploadsDb> Uploads => _app.Services.GetRequiredService<UploadStore<UploadsDb>>();

    public BlobCollector<UploadsDb> Collector => _app.Services.GetRequiredService<BlobCollector<UploadsDb>>();

    public IBlobStore Blobs => _app.Services.GetRequiredService<IBlobStore>();

    public BlobStaging Staging => _app.Services.GetRequiredService<BlobStaging>();

    public UploadsDb OpenDatabase() => _app.Services.GetRequiredService<IDbContextFactory<UploadsDb>>().CreateDbContext();

    /// <param name="connection">PostgreSQL; empty for SQLite in the folder.</param>
    public static Task<UploadsHost> StartAsync(TemporaryFolder folder, string connection = "", params (string Key, string Value)[] settings) =>
        StartAsync(folder, connection, null, settings);

    /// <param name="configure">Replaces services.</param>
    public static async Task<UploadsHost> StartAsync(
        TemporaryFolder folder, string connection, Action<IServiceCollection>? configure, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("MESH_STATE", (string?)folder.Path), KeyValuePair.Create("Uploads:WriterWaitSeconds", (string?)"0.2")]);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.AddMeshDefaults("uploads");
        builder.AddUploads<UploadsDb, UserReferences>(new UploadKind(new ResourcePattern("projects/{project}/uploads/{upload}"), "uploads"));
        Directory.CreateDirectory(folder.File("uploads"));
        builder.Services.AddDbContextFactory<UploadsDb>(options => _ = connection.Length > 0
            ? options.UsePostgres(connection, "uploads")
            : options.UseSqliteFile(folder.File("uploads", "uploads.db")));
        var log = new LogCollector();
        builder.Logging.AddProvider(log);
        configure?.Invoke(builder.Services);
        var host = new UploadsHost(builder.Build(), log);
        await using (var db = host.OpenDatabase())
        {
            await db.Database.EnsureCreatedAsync();
        }

        await host._app.StartAsync();
        return host;
    }

    public static async Task<string> ConnectionAsync(DatabaseKind database) =>
        database == DatabaseKind.Postgres ? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync() : "";

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _log.AssertNoErrors(ExpectedErrors);
    }
}
