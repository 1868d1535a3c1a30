using Grpc.Core;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.Tests.Hosting;
using Mesh.Preprocessing.V1;
using Mesh.Tests.Shared;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Mesh.Preprocessing.Tests;

/// <summary>Pins, deletion and what they mean for Ingest and for the blobs.</summary>
public class ProcessedDatasetTests
{
    private const string Holder = "projects/default/trainingRuns/r1";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pinned_dataset_stays_and_a_deleted_one_lets_its_input_and_its_blobs_go(bool postgres)
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel, postgres ? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync() : null);
        var data = mesh.Ingest.Add(TestData.Fashion("fashion", train: 1_000, test: 0));
        var dataset = await service.ProcessAsync("a", PipelineCalls.Labelled(), data);
        await Pin(service, dataset.Name);
        await Pin(service, dataset.Name);
        var refused = await PipelineCalls.FailsAsync(() => Delete(service, dataset.Name));
        Assert.Equal(StatusCode.FailedPrecondition, refused.Code);
        Assert.Contains(Holder, refused.Message);
        Assert.Equal(StatusCode.InvalidArgument, (await PipelineCalls.FailsAsync(async () => await service.Pipelines.PinProcessedDatasetAsync(
            new() { Name = dataset.Name, Holder = "" }, cancellationToken: Cancel))).Code);
        Assert.Equal(StatusCode.InvalidArgument, (await PipelineCalls.FailsAsync(async () => await service.Pipelines.PinProcessedDatasetAsync(
            new() { Name = dataset.Name, Holder = "projects/other/trainingRuns/r1" }, cancellationToken: Cancel))).Code);
        Assert.Equal(StatusCode.NotFound, (await PipelineCalls.FailsAsync(() => Pin(service, dataset.Name[..^4] + "0000"))).Code);

        await service.Pipelines.UnpinProcessedDatasetAsync(new() { Name = dataset.Name, Holder = Holder }, cancellationToken: Cancel);
        // Its runs may go before it, the one that made it and one that found it; a deleted run is no other's business.
        var found = await service.StartRunAsync("a", data);
        var made = new PipelineRun { Name = dataset.PipelineRun };
        Assert.True(found.Cached);
        var log = state.File("preprocessing", "logs", $"{made.Name["projects/".Length..].Replace('/', '.')}.log");
        Assert.True(File.Exists(log));
        await service.DeleteRunAsync(found);
        await service.DeleteRunAsync(made);
        Assert.False(File.Exists(log));
        Assert.Equal(StatusCode.NotFound, (await PipelineCalls.FailsAsync(() => service.DeleteRunAsync(made))).Code);
        Assert.Empty((await service.Pipelines.ListPipelineRunsAsync(new() { Parent = "projects/default/pipelines/a" }, cancellationToken: Cancel)).Runs);
        await service.Pipelines.GetProcessedDatasetAsync(new() { Name = dataset.Name }, cancellationToken: Cancel);

        // Another run is under way all the time.
        mesh.Ingest.HoldAfter(0);
        var other = await service.StartRunAsync("a", mesh.Ingest.Add(TestData.Fashion("other", train: 1_500, test: 0)));
        // Ingest is away at that moment: it hears of it later.
        mesh.Ingest.PinsAway = true;
        await Delete(service, dataset.Name);
        mesh.Ingest.PinsAway = false;
        await Eventually.BecomesTrueAsync(() => mesh.Ingest.HoldersOf(data.Name).Count == 0, TimeSpan.FromSeconds(60), "nothing holds the input");
        await Eventually.BecomesTrueAsync(
            () => !File.Exists(PipelineCalls.BlobPath(state, dataset.Splits[0].Shards[0].Sha256)), TimeSpan.FromSeconds(30), "the shard is collected");
        Assert.Equal(StatusCode.NotFound, (await PipelineCalls.FailsAsync(() => Delete(service, dataset.Name))).Code);
        Assert.False((await service.GetAsync(other)).Status.State is JobState.Succeeded or JobState.Failed);
        mesh.Ingest.Release();

        // What was deleted is made again, with the same bytes.
        var again = await service.ResultAsync(await service.EndAsync(await service.StartRunAsync("a", data)));
        Assert.Equal(dataset.Digests(), again.Digests());
        Assert.All(again.Splits.SelectMany(s => s.Shards), shard => Assert.True(File.Exists(PipelineCalls.BlobPath(state, shard.Sha256))));
        await Eventually.BecomesTrueAsync(() => mesh.Ingest.HoldersOf(data.Name).Contains(again.Name), TimeSpan.FromSeconds(30), "the new result holds its input");
    }

    [Fact]
    public async Task A_blob_that_cannot_be_deleted_keeps_no_other_waiting()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        var data = mesh.Ingest.Add(TestData.Fashion("fashion", train: 1_000, test: 0));
        var dataset = await service.ProcessAsync("a", PipelineCalls.Labelled(), data);
        await using (var db = new SqliteConnection($"Data Source={state.File("preprocessing", "preprocessing.db")};Pooling=False;Default Timeout=30"))
        {
            await db.OpenAsync(Cancel);
            var insert = db.CreateCommand();
            insert.CommandText = $"INSERT INTO blob_claims (ClaimId, Project, Digest, RunName, DeletingTicks) VALUES ('{Guid.Empty}', 'default', 'no digest', '', 0)";
            Assert.Equal(1, await insert.ExecuteNonQueryAsync(Cancel));
        }

        await Delete(service, dataset.Name);
        await Eventually.BecomesTrueAsync(() => PipelineCalls.Blobs(state).Length == 0, TimeSpan.FromSeconds(60), "the other blobs are collected");
    }

    private static async Task Pin(PreprocessingProcess service, string name) =>
        await service.Pipelines.PinProcessedDatasetAsync(new() { Name = name, Holder = Holder }, cancellationToken: Cancel);

    private static async Task Delete(PreprocessingProcess service, string name) =>
        await service.Pipelines.DeleteProcessedDatasetAsync(new() { Name = name }, cancellationToken: Cancel);
}
