using System.Collections.Concurrent;
using Grpc.Core;
using Mesh.Gateway.Tests.Hosting;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Gateway.Tests.Serving;

/// <summary>Replicas that are processes of their own and get SIGKILL while calls are under way.</summary>
public class KillTests
{
    private const int Callers = 16;

    private static int Kills => Environment.GetEnvironmentVariable("MESH_TESTS_FULL") == "1" ? 20 : 4;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_unary_caller_sees_an_error_while_replicas_are_killed_one_after_the_other()
    {
        await using var rig = await GatewayRig.StartAsync();
        var names = 0;
        var living = new Queue<ReplicaProcess>([await JoinAsync(), await JoinAsync()]);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var answered = new ConcurrentDictionary<string, int>();
        var errors = new ConcurrentQueue<RpcException>();
        var callers = Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(CallAsync, Cancel)));

        for (var kill = 0; kill < Kills; kill++)
        {
            await EveryoneAnswersAsync(living);
            await using (var victim = living.Dequeue())
            {
                await victim.KillAsync();
                // The gateway finds out by itself first; a directory takes its time to notice.
                var survivor = living.Peek().Id;
                var before = answered[survivor];
                await Eventually.BecomesTrueAsync(() => answered[survivor] > before + 100, GatewayRig.Patience, "calls go on");
                await rig.ForgetAsync(victim.Id);
            }

            living.Enqueue(await JoinAsync());
        }

        await EveryoneAnswersAsync(living);
        await over.CancelAsync();
        await callers;
        Assert.True(errors.IsEmpty, $"{errors.Count} of {answered.Values.Sum()} calls failed, the first: {errors.FirstOrDefault()?.Status}");
        foreach (var replica in living)
        {
            await replica.DisposeAsync();
        }

        async Task CallAsync()
        {
            while (!over.IsCancellationRequested)
            {
                try
                {
                    var answer = await rig.Inference.ModelInferAsync(
                        Calls.Infer("simple", ("delay_ms", 3), ("answer_bytes", 20_000)), deadline: DateTime.UtcNow.AddSeconds(30), cancellationToken: Cancel);
                    answered.AddOrUpdate(answer.Replica(), 1, (_, n) => n + 1);
                    Assert.Equal(20_000, answer.RawOutputContents[0].Length);
                }
                catch (RpcException e)
                {
                    errors.Enqueue(e);
                }
            }
        }

        async Task<ReplicaProcess> JoinAsync()
        {
            var replica = await ReplicaProcess.StartAsync($"replica-{names++}");
            await rig.SayAsync(GatewayRig.Report(replica.Id, replica.Address, GatewayRig.Deployment));
            return replica;
        }

        async Task EveryoneAnswersAsync(IEnumerable<ReplicaProcess> replicas)
        {
            foreach (var replica in replicas)
            {
                await Eventually.BecomesTrueAsync(() => answered.GetValueOrDefault(replica.Id) > 20, GatewayRig.Patience, $"{replica.Id} answers calls");
            }
        }
    }

    [Fact]
    public async Task A_call_that_kills_the_only_replica_waits_for_the_next()
    {
        // A busy machine may take a while to start the second.
        await using var rig = await GatewayRig.StartAsync(new Dictionary<string, string> { ["Gateway:HoldSeconds"] = "120" });
        await using var first = await ReplicaProcess.StartAsync("first");
        await rig.SayAsync(GatewayRig.Report("first", first.Address, GatewayRig.Deployment));
        var call = rig.AskAsync(Calls.Infer("simple", ("die", true), ("only", "first")));
        await Eventually.BecomesTrueAsync(() => rig.Held.Count == 1, GatewayRig.Patience, "the call waits");
        await rig.ForgetAsync("first");
        await using var second = await ReplicaProcess.StartAsync("second");
        await rig.SayAsync(GatewayRig.Report("second", second.Address, GatewayRig.Deployment));
        Assert.Equal("second", await call);
    }
}
