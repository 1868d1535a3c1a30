using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Mesh.Trainer.V1;
using Xunit;
using StatusCode = Grpc.Core.StatusCode;

namespace Mesh.Trainer.Tests.Service;

/// <summary>What a client does, in one call each.</summary>
internal static class TrainingCalls
{
    public const string Project = "projects/default";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A small network on <see cref="StripesDataset"/>.</summary>
    public static TrainingRun Small(int epochs) => new()
    {
        ProcessedDataset = StripesDataset.Name,
        Architecture = "cnn",
        Model = $"{Project}/models/stripes",
        Alias = "newest",
        Hyperparameters = new Struct { Fields = { ["filters"] = Value.ForNumber(4), ["hidden"] = Value.ForNumber(16) } },
        Settings = new TrainingSettings { Epochs = epochs, BatchSize = 32, Seed = 5 },
    };

    public static async Task<TrainingRun> CreateAsync(this TrainerProcess service, TrainingRun run, string id = "", string requestId = "") =>
        await service.Training.CreateTrainingRunAsync(
            new CreateTrainingRunRequest { Parent = Project, TrainingRunId = id, TrainingRun = run, RequestId = requestId }, cancellationToken: Cancel);

    public static async Task<TrainingRun> GetAsync(this TrainerProcess service, string name) =>
        await service.Training.GetTrainingRunAsync(new GetTrainingRunRequest { Name = name }, cancellationToken: Cancel);

    /// <summary>Watches a run to its terminal state, from a cursor on.</summary>
    public static async Task<(TrainingRun Run, List<Metrics> Metrics, List<string> Cursors)> EndAsync(this TrainerProcess service, string name, string cursor = "")
    {
        using var call = service.Training.WatchTrainingRun(
            new WatchTrainingRunRequest { Name = name, Cursor = cursor }, deadline: DateTime.UtcNow.AddMinutes(3), cancellationToken: Cancel);
        var (run, metrics, cursors) = (new TrainingRun(), new List<Metrics>(), new List<string>());
        await foreach (var message in call.ResponseStream.ReadAllAsync(Cancel))
        {
            run = message.TrainingRun;
            metrics.AddRange(message.Metrics);
            cursors.Add(message.Cursor);
        }

        return (run, metrics, cursors);
    }

    /// <summary>The error's code, the reason and the fields in its details.</summary>
    public static async Task<(StatusCode Code, string Reason, string[] Fields, string Message)> FailsAsync(Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<RpcException>(call);
        var status = error.GetRpcStatus();
        return (error.StatusCode, status?.GetDetail<ErrorInfo>()?.Reason ?? "",
            [.. status?.GetDetail<BadRequest>()?.FieldViolations.Select(v => v.Field) ?? []], error.Status.Detail);
    }
}
