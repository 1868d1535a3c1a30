using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.V1;
using Mesh.Shards;
using Mesh.Tests.Shared;
using Xunit;
using Shard = Mesh.Preprocessing.V1.Shard;
using StatusCode = Grpc.Core.StatusCode;

namespace Mesh.Preprocessing.Tests.Hosting;

/// <summary>What a client does, in one call each.</summary>
public static class PipelineCalls
{
    public const string Project = "projects/default";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static Transform Step(string type, params (string Name, Value Value)[] parameters)
    {
        var step = new Transform { Type = type, Parameters = new Struct() };
        foreach (var (name, value) in parameters)
        {
            step.Parameters.Fields[name] = value;
        }

        return step;
    }

    /// <summary>decode-image, label, normalize.</summary>
    public static Pipeline Labelled(double validation = 0.1, double test = 0, long seed = 7, long partitionRecords = 0) => new()
    {
        PartitionRecords = partitionRecords,
        Transforms = { Step("decode-image"), Step("label"), Step("normalize") },
        Split = new SplitSpec { ValidationFraction = validation, TestFraction = test, Seed = seed },
    };

    public static async Task<Pipeline> CreateAsync(this PreprocessingProcess service, string id, Pipeline pipeline, string requestId = "") =>
        await service.Pipelines.CreatePipelineAsync(
            new CreatePipelineRequest { Parent = Project, PipelineId = id, Pipeline = pipeline, RequestId = requestId }, cancellationToken: Cancel);

    public static async Task<PipelineRun> StartRunAsync(this PreprocessingProcess service, string pipeline, TestData data, string requestId = "") =>
        await service.Pipelines.CreatePipelineRunAsync(
            new CreatePipelineRunRequest { Parent = $"{Project}/pipelines/{pipeline}", DatasetVersion = data.Name, RequestId = requestId }, cancellationToken: Cancel);

    public static async Task<PipelineRun> GetAsync(this PreprocessingProcess service, PipelineRun run) =>
        await service.Pipelines.GetPipelineRunAsync(new GetPipelineRunRequest { Name = run.Name }, cancellationToken: Cancel);

    public static async Task DeleteRunAsync(this PreprocessingProcess service, PipelineRun run) =>
        await service.Pipelines.DeletePipelineRunAsync(new DeletePipelineRunRequest { Name = run.Name }, cancellationToken: Cancel);

    /// <summary>Watches a run to its terminal state.</summary>
    public static async Task<PipelineRun> EndAsync(this PreprocessingProcess service, PipelineRun run)
    {
        using var call = service.Pipelines.WatchPipelineRun(
            new WatchPipelineRunRequest { Name = run.Name }, deadline: DateTime.UtcNow.AddMinutes(4), cancellationToken: Cancel);
        var last = run;
        await foreach (var state in call.ResponseStream.ReadAllAsync(Cancel))
        {
            last = state;
        }

        return last;
    }

    /// <summary>Waits until a run's worker reports progress, and returns the worker's process id.</summary>
    public static async Task<int> WorkingAsync(this PreprocessingProcess service, PipelineRun run, string stage)
    {
        await Eventually.BecomesTrueAsync(
            async () => (await service.GetAsync(run)).Status.Progress is { } p && p.Stage.StartsWith(stage, StringComparison.Ordinal) && p.Done > 0,
            TimeSpan.FromSeconds(90),
            $"the worker reports {stage}");
        return PreprocessingProcess.Workers(run.Name).Single();
    }

    public static async Task<ProcessedDataset> ResultAsync(this PreprocessingProcess service, PipelineRun run)
    {
        Assert.True(run.Status.State == JobState.Succeeded, run.ToString());
        return await service.Pipelines.GetProcessedDatasetAsync(new GetProcessedDatasetRequest { Name = run.ProcessedDataset }, cancellationToken: Cancel);
    }

    public static async Task<ProcessedDataset> ProcessAsync(this PreprocessingProcess service, string id, Pipeline pipeline, TestData data)
    {
        await service.CreateAsync(id, pipeline);
        return await service.ResultAsync(await service.EndAsync(await service.StartRunAsync(id, data)));
    }

    /// <summary>Everything that identifies the bytes of a result.</summary>
    public static List<string> Digests(this ProcessedDataset dataset) =>
        [.. dataset.Splits.SelectMany(s => s.Shards.Select(shard => $"{s.Name} {shard.Sha256}")), dataset.FittedPipelineSha256, dataset.Key];

    public static string BlobPath(TemporaryFolder state, string digest) => state.File("blobs", "preprocessing", "default", digest[..2], digest);

    /// <summary>The rows of a split, whatever shards they are in: the bytes of each column.</summary>
    public static List<string> Rows(this ProcessedDataset dataset, TemporaryFolder state, string split)
    {
        var rows = dataset.Splits.Single(s => s.Name == split);
        if (rows.RowCount == 0)
        {
            return [];
        }

        using var set = Open(state, rows.Shards);
        Assert.Equal(rows.RowCount, set.Count);
        var all = Enumerable.Range(0, (int)set.Count).Select(i => (long)i).ToArray();
        return [.. set.Schema.Columns.Select(column =>
        {
            var bytes = new byte[set.Count * column.RowBytes];
            set.Gather(column.Name, all, bytes);
            return $"{column} {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))}";
        })];
    }

    public static ShardSet Open(TemporaryFolder state, IEnumerable<Shard> shards) => ShardSet.Open([.. shards.Select(s => BlobPath(state, s.Sha256))]);

    /// <summary>Waits until the folders of runs that ended are gone.</summary>
    public static Task LeavesNoWorkAsync(TemporaryFolder state) => Eventually.BecomesTrueAsync(
        () => !Directory.Exists(state.File("preprocessing", "work")) || !Directory.EnumerateFileSystemEntries(state.File("preprocessing", "work")).Any(),
        TimeSpan.FromSeconds(30),
        "the work folders are gone");

    /// <summary>Digests of the blobs in the store.</summary>
    public static string[] Blobs(TemporaryFolder state) => Directory.Exists(state.File("blobs", "preprocessing"))
        ? [.. Directory.EnumerateFiles(state.File("blobs", "preprocessing"), "*", SearchOption.AllDirectories).Select(f => Path.GetFileName(f)).Where(name => name.Length == 64)]
        : [];

    /// <summary>The error's code, the reason and the fields in its details.</summary>
    public static async Task<(StatusCode Code, string Reason, string[] Fields, string Message)> FailsAsync(Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<RpcException>(call);
        var status = error.GetRpcStatus();
        return (error.StatusCode, status?.GetDetail<ErrorInfo>()?.Reason ?? "",
            [.. status?.GetDetail<BadRequest>()?.FieldViolations.Select(v => v.Field) ?? []], error.Status.Detail);
    }
}
