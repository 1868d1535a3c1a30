using Mesh.Client;
using Mesh.Client.Listing;
using Mesh.Client.Watching;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.V1;
using Mesh.Scenarios.Harness;
using Mesh.Tests.Shared;

namespace Mesh.Scenarios.Pipelines;

/// <summary>A mesh that takes data sets from raw files to shards by the pipelines of samples/pipelines.</summary>
public sealed class PipelineMesh : IAsyncLifetime
{
    private const string Project = "projects/default";

    private static readonly TimeSpan CommandTimeout = TimeSpan.FromMinutes(Built.Full ? 10 : 3);

    private readonly TemporaryFolder _folder = new();
    private RunningMesh? _mesh;
    private MeshClient? _client;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private RunningMesh Mesh => _mesh!;

    public MeshClient Client => _client!;

    public async ValueTask InitializeAsync()
    {
        // Of this machine's folders the mesh may import from the one with the data sets.
        _mesh = await RunningMesh.StartAsync(_folder.File("state"), ("Imports__FileRoots__0", DataSets.Folder));
        _client = _mesh.Connect();
    }

    /// <summary>A `mesh` command that has to succeed.</summary>
    /// <returns>All that it said.</returns>
    public async Task<string> CommandAsync(params string[] arguments)
    {
        using var command = MeshCommand.Start(Mesh, arguments);
        var code = await command.ExitAsync(CommandTimeout);
        Assert.True(code == 0, $"mesh {string.Join(' ', arguments)}\n{command.Output}");
        return command.Output;
    }

    /// <summary>Uploads files by the client library, and commits them as a version.</summary>
    /// <returns>The version's name.</returns>
    public async Task<string> UploadAsync(string dataset, params IEnumerable<string> files)
    {
        await Client.Datasets.CreateDatasetAsync(new CreateDatasetRequest { Parent = Project, DatasetId = dataset }, cancellationToken: Cancel);
        var request = new CreateDatasetVersionRequest { Parent = $"{Project}/datasets/{dataset}" };
        foreach (var file in files)
        {
            await using var content = File.OpenRead(file);
            request.Uploads.Add((await Client.DatasetUploads.SendAsync(Project, Path.GetFileName(file), content, $"{dataset}-{Path.GetFileName(file)}", cancel: Cancel)).Name);
        }

        var version = await Client.Datasets.CreateDatasetVersionAsync(request, cancellationToken: Cancel);
        await foreach (var state in Client.WatchDatasetVersionAsync(version.Name, Cancel))
        {
            version = state;
        }

        Assert.True(version.Status.State == JobState.Succeeded, version.Status.ToString());
        return version.Name;
    }

    /// <summary>Makes a pipeline of a sample and runs it, both at the command line, on the newest version of a dataset. It is called like the dataset.</summary>
    /// <returns>What came of it, read back.</returns>
    public async Task<ProcessedShards> ProcessAsync(string sample, string dataset, params string[] options)
    {
        await CommandAsync(["pipeline", "create", dataset, "--file", Path.Combine(RepoRoot.Path, "samples", "pipelines", $"{sample}.yaml"), .. options]);
        await CommandAsync("pipeline", "run", dataset, dataset);
        var runs = await Client.ListPipelineRunsAsync($"{Project}/pipelines/{dataset}", Cancel).ToListAsync(Cancel);
        return await ReadAsync(Assert.Single(runs).ProcessedDataset);
    }

    /// <summary>What there is by the API, its files at the command line.</summary>
    public async Task<ProcessedShards> ReadAsync(string processed)
    {
        var folder = _folder.File(processed);
        await CommandAsync("processed", "download", processed, "--to", folder);
        return ProcessedShards.Open(await Client.Pipelines.GetProcessedDatasetAsync(new GetProcessedDatasetRequest { Name = processed }, cancellationToken: Cancel), folder);
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_mesh is not null)
        {
            await _mesh.DisposeAsync();
            Assert.Empty(RunningMesh.ErrorLines(_mesh.State));
        }

        _folder.Dispose();
    }
}
