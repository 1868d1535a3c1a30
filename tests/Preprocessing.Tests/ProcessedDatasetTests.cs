using Grpc.Core;
using Mesh.Preprocessing.Tests.Hosting;
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
        // Ingest is away at that moment: it hears of it later.
        mesh.Ingest.PinsAway = true;
        await Delete(service, dataset.Name);
        mesh.Ingest.PinsAway = false;
        await Eventually.BecomesTrueAsync(() => mesh.Ingest.HoldersOf(data.Name).Count == 0, TimeSpan.FromSeconds(60), "nothing holds the input");
        await Eventually.BecomesTrueAsync(
            () => !File.Exists(PipelineCalls.BlobPath(state, dataset.Splits[0].Shards[0].Sha256)), TimeSpan.FromSeconds(30), "the shard is collected");
        Assert.Equal(StatusCode.NotFound, (await PipelineCalls.FailsAsync(() => Delete(service, dataset.Name))).Code);

        // What was deleted is made again, with the same bytes.
        var again = await service.ResultAsync(await service.EndAsync(await service.StartRunAsync("a", data)));
        Assert.Equal(dataset.Digests(), again.Digests());
        Assert.All(again.Splits.SelectMany(s => s.Shards), shard => Assert.True(File.Exists(PipelineCalls.BlobPath(state, shard.Sha256))));
        await Eventually.BecomesTrueAsync(() => mesh.Ingest.HoldersOf(data.Name).Contains(again.Name), TimeSpan.FromSeconds(30), "the new result holds its input");
    }

    [Fact]
    public async Task A_change_that_cannot_be_followed_keeps_no_other_waiting()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        service.ExpectedErrors.Add("projects/default/processedDatasets/broken could not be looked after");
        var data = mesh.Ingest.Add(TestData.Fashion("fashion", train: 1_000, test: 0));
        var dataset = await service.ProcessAsync("a", PipelineCalls.Labelled(), data);
        await using (var db = new SqliteConnection($"Data Source={state.File("preprocessing", "preprocessing.db")};Pooling=False;Default Timeout=30"))
        {
            await db.OpenAsync(Cancel);
            var insert = db.CreateCommand();
            insert.CommandText = $"INSERT INTO dataset_changes (ChangeId, Project, DatasetId, DatasetVersion, Digests) VALUES ('{Guid.Empty}', 'default', 'broken', '', 'no digest')";
            Assert.Equal(1, await insert.ExecuteNonQueryAsync(Cancel));
        }

        await Delete(service, dataset.Name);
        await Eventually.BecomesTrueAsync(() => PipelineCalls.Blobs(state).Length == 0, TimeSpan.FromSeconds(60), "the blobs of the other change are collected");
    }

    private static async Task Pin(PreprocessingProcess service, string name) =>
        await service.Pipelines.PinProcessedDatasetAsync(new() { Name = name, Holder = Holder }, cancellationToken: Cancel);

    private static async Task Delete(PreprocessingProcess service, string name) =>
        await service.Pipelines.DeleteProcessedDatasetAsync(new() { Name = name }, cancellationToken: Cancel);
}
