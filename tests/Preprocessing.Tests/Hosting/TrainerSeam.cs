using System.Collections.Concurrent;
using Grpc.Core;
using Mesh.Trainer.V1;

namespace Mesh.Preprocessing.Tests.Hosting;

/// <summary>Creates a training run once for each request id, as the trainer does; can be away, say no, and lose its answers.</summary>
public sealed class TrainerSeam : TrainingService.TrainingServiceBase
{
    private readonly ConcurrentDictionary<string, CreateTrainingRunRequest> _requests = new();
    private int _lost;

    /// <summary>What runs were created of.</summary>
    public IReadOnlyCollection<TrainingRun> Created => [.. _requests.Values.Select(r => r.TrainingRun)];

    /// <summary>What every call is answered with instead.</summary>
    public Status? Answer { get; set; }

    /// <summary>How many of the next runs are created without the caller hearing of it.</summary>
    public int LoseAnswers
    {
        set => _lost = value;
    }

    public override Task<TrainingRun> CreateTrainingRun(CreateTrainingRunRequest request, ServerCallContext context)
    {
        if (Answer is { } answer)
        {
            throw new RpcException(answer);
        }

        var first = _requests.GetOrAdd(request.RequestId, request);
        if (!first.Equals(request))
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, "the request id was used for another request"));
        }

        if (Interlocked.Decrement(ref _lost) >= 0)
        {
            throw new RpcException(new Status(StatusCode.DeadlineExceeded, "lost by the test"));
        }

        return Task.FromResult(new TrainingRun(request.TrainingRun) { Name = $"{request.Parent}/trainingRuns/{request.RequestId}" });
    }
}
