using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Ingest.Tests.Hosting;

/// <summary>A gateway and an Ingest, as processes, on an empty folder.</summary>
public sealed class MeshPair : IAsyncDisposable
{
    private readonly ProjectSeam _projects;
    private readonly string _connection;
    private readonly (string, string)[] _settings;
    private int _megabytes;

    private MeshPair(ProjectSeam projects, string connection, (string, string)[] settings) => (_projects, _connection, _settings) = (projects, connection, settings);

    public TemporaryFolder Folder { get; } = new();

    public IngestProcess Ingest { get; private set; } = null!;

    public GatewayProcess Gateway { get; private set; } = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="settings">Of Ingest: ("Uploads__BytesPerSync", "65536").</param>
    public static async Task<MeshPair> StartAsync(DatabaseKind database = DatabaseKind.Sqlite, params (string, string)[] settings)
    {
        var connection = database == DatabaseKind.Postgres ? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync() : "";
        var pair = new MeshPair(await ProjectSeam.StartAsync(), connection, settings);
        pair.Ingest = await pair.StartIngestAsync(0);
        pair.Gateway = await GatewayProcess.StartAsync(pair.Ingest.Address, Cancel);
        return pair;
    }

    /// <summary>With Ingest's state on a file system of its own that is this small; only Ingest sees it.</summary>
    public static async Task<MeshPair> StartOnSmallDiskAsync(int megabytes)
    {
        var pair = new MeshPair(await ProjectSeam.StartAsync(), "", []) { _megabytes = megabytes };
        pair.Ingest = await pair.StartIngestAsync(0);
        pair.Gateway = await GatewayProcess.StartAsync(pair.Ingest.Address, Cancel);
        return pair;
    }

    /// <summary>A path on the small disk, as this process sees it.</summary>
    public string OnSmallDisk(params string[] parts) => $"/proc/{Ingest.Id}/root{Path.Combine([Folder.File("state"), .. parts])}";

    /// <summary>Another Ingest over the same state and database, which must be PostgreSQL. The caller disposes it.</summary>
    public Task<IngestProcess> StartReplicaAsync() => StartIngestAsync(0);

    /// <summary>SIGKILL, and the same service again on the same port.</summary>
    public async Task RestartIngestAsync()
    {
        var port = Ingest.Address.Port;
        await Ingest.KillAsync(Cancel);
        await Ingest.DisposeAsync();
        Ingest = await StartIngestAsync(port);
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Ingest.DisposeAsync();
        await _projects.DisposeAsync();
        Folder.Dispose();
    }

    private Task<IngestProcess> StartIngestAsync(int port) => IngestProcess.StartAsync(
        Folder.File("state"), _projects.Address, _connection, Cancel, port, _megabytes, _settings);
}
