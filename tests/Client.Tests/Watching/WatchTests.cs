using Grpc.Core;
using Mesh.Client.Errors;
using Mesh.Client.Tests.Support;
using Mesh.Client.Watching;
using Mesh.Jobs.V1;
using Mesh.Trainer.V1;
using Xunit;

namespace Mesh.Client.Tests.Watching;

public sealed class WatchTests
{
    private const int Epochs = 12;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Brings_each_metric_once_whatever_breaks(int seed)
    {
        var random = new Random(seed);
        await using var server = await GrpcServer<Runs>.StartAsync(
            new Runs { Breaks = new(Enumerable.Range(0, 6).Select(_ => (random.Next(0, 4), (Break)random.Next(3)))) });
        using var mesh = server.Client();

        var (epochs, state) = await FollowAsync(mesh, "projects/p/trainingRuns/r");

        Assert.Equal(Enumerable.Range(1, Epochs), epochs);
        Assert.Equal(JobState.Succeeded, state);
        Assert.Empty(server.Service.Breaks);
    }

    [Fact]
    public async Task Rides_out_a_restart_of_the_server()
    {
        await using var server = await GrpcServer<Runs>.StartAsync(new Runs { HoldAt = 5 });
        using var mesh = server.Client();

        var following = FollowAsync(mesh, "projects/p/trainingRuns/r");
        await server.Service.Held.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        await server.StopAsync();
        server.Service.HoldAt = int.MaxValue;
        await server.StartAsync();

        var (epochs, state) = await following;
        Assert.Equal(Enumerable.Range(1, Epochs), epochs);
        Assert.Equal(JobState.Succeeded, state);
    }

    [Fact]
    public async Task Throws_what_the_mesh_refuses_at_once()
    {
        await using var server = await GrpcServer<Runs>.StartAsync(new Runs());
        using var mesh = server.Client();

        var refused = await Assert.ThrowsAsync<MeshApiException>(() => FollowAsync(mesh, "projects/p/trainingRuns/none"));

        Assert.Equal((StatusCode.NotFound, "NOT_FOUND"), (refused.StatusCode, refused.Reason));
    }

    [Fact]
    public async Task Gives_up_when_its_patience_is_at_its_end()
    {
        await using var server = await GrpcServer<Runs>.StartAsync(new Runs());
        using var mesh = server.Client(patience: TimeSpan.FromSeconds(1));
        await server.StopAsync();

        var away = await Assert.ThrowsAsync<MeshApiException>(() => FollowAsync(mesh, "projects/p/trainingRuns/r"));

        Assert.Equal(StatusCode.Unavailable, away.StatusCode);
    }

    [Fact]
    public async Task Gives_up_on_streams_that_always_end_early()
    {
        await using var server = await GrpcServer<Runs>.StartAsync(new Runs { Breaks = new(Enumerable.Repeat((0, Break.EndsEarly), 1000)) });
        using var mesh = server.Client(patience: TimeSpan.FromSeconds(1));

        var away = await Assert.ThrowsAsync<MeshApiException>(() => FollowAsync(mesh, "projects/p/trainingRuns/r"));

        Assert.Equal("The watch ended before its job.", away.Status.Detail);
    }

    [Fact]
    public async Task Ends_when_it_is_cancelled()
    {
        await using var server = await GrpcServer<Runs>.StartAsync(new Runs { HoldAt = 2 });
        using var mesh = server.Client();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);

        var following = FollowAsync(mesh, "projects/p/trainingRuns/r", stop.Token);
        await server.Service.Held.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        await stop.CancelAsync();

        var ended = await Assert.ThrowsAnyAsync<Exception>(() => following);
        Assert.True(ended is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled }, ended.ToString());
    }

    private static async Task<(List<int> Epochs, JobState State)> FollowAsync(MeshClient mesh, string name, CancellationToken? cancel = null)
    {
        var (epochs, state) = (new List<int>(), JobState.Unspecified);
        await foreach (var message in mesh.WatchTrainingRunAsync(name, cancel ?? Cancel))
        {
            epochs.AddRange(message.Metrics.Select(metric => metric.Epoch.Epoch));
            state = message.TrainingRun.Status.State;
        }

        return (epochs, state);
    }

    /// <summary>A run of some epochs; the cursor is the number of the last one sent.</summary>
    private sealed class Runs : TrainingService.TrainingServiceBase
    {
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>For each watch in turn: how many messages it sends, and how it breaks then.</summary>
        public Queue<(int After, Break Kind)> Breaks { get; init; } = [];

        /// <summary>The epoch before which a watch says nothing more.</summary>
        public int HoldAt { get; set; } = int.MaxValue;

        public Task Held => _held.Task;

        public override async Task WatchTrainingRun(
            WatchTrainingRunRequest request, IServerStreamWriter<WatchTrainingRunResponse> responses, ServerCallContext context)
        {
            if (!request.Name.EndsWith("/r", StringComparison.Ordinal))
            {
                throw Refusals.Make(Google.Rpc.Code.NotFound, "NOT_FOUND", $"{request.Name} does not exist.");
            }

            var (after, kind) = Breaks.TryDequeue(out var plan) ? plan : (int.MaxValue, Break.EndsEarly);
            var sent = 0;
            for (var epoch = request.Cursor.Length > 0 ? int.Parse(request.Cursor) + 1 : 1; epoch <= Epochs; epoch++)
            {
                if (sent++ >= after)
                {
                    kind.Happen(context);
                    return;
                }

                if (epoch >= HoldAt)
                {
                    _held.TrySetResult();
                    await Task.Delay(Timeout.Infinite, context.CancellationToken);
                }

                await responses.WriteAsync(new WatchTrainingRunResponse
                {
                    TrainingRun = new TrainingRun { Status = new JobStatus { State = epoch < Epochs ? JobState.Running : JobState.Succeeded } },
                    Metrics = { new Metrics { Epoch = new EpochMetrics { Epoch = epoch, Epochs = Epochs } } },
                    Cursor = epoch.ToString(),
                });
            }
        }
    }
}
