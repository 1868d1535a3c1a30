using Grpc.Core;
using Mesh.Registry.Tests.Hosting;
using Mesh.Registry.V1;
using Mesh.Tests.Shared;
using Xunit;
using static Mesh.Registry.Tests.Hosting.ModelCalls;

namespace Mesh.Registry.Tests.Serving;

/// <summary>Several processes of the service on one PostgreSQL, and one process after its own restart.</summary>
public sealed class SharedReplicasTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_services_on_one_database_see_each_others_replicas()
    {
        var connection = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        using var blobs = new TemporaryFolder();
        using var stateA = new TemporaryFolder();
        using var stateB = new TemporaryFolder();
        await using var a = await RegistryHost.StartAsync(stateA.Path, connection, blobs: blobs.Path);
        await using var b = await RegistryHost.StartAsync(stateB.Path, connection, blobs: blobs.Path);
        await using var watchA = new WatchClient(a.Directory);
        await using var watchB = new WatchClient(b.Directory);
        await using var x = await ReplicaClient.ConnectAsync(a.Directory, "x", Cancel);
        await using var y = await ReplicaClient.ConnectAsync(b.Directory, "y", Cancel);
        using var beating = new Beating(x, y);
        await watchA.SeesAsync(["x", "y"]);
        await watchB.SeesAsync(["x", "y"]);

        // Created at one, heard at both; for one replica, chosen the same by both.
        await a.Models.CreateAsync("m");
        await a.Models.RegisterAsync("m", 1, alias: "production");
        await a.Deployments.DeployAsync("all", "m/aliases/production");
        await a.Deployments.DeployAsync("single", "m/aliases/production", replicas: 1);
        await Eventually.BecomesTrueAsync(
            () => x.Latest is not null && y.Latest is not null && x.Latest.Models.Count + y.Latest.Models.Count == 3,
            TimeSpan.FromSeconds(10), "both hear of the deployments");
        await x.SendReadyAsync();
        await y.SendReadyAsync();
        await Eventually.BecomesTrueAsync(
            async () => (await a.Deployments.GetDeploymentAsync(
                new GetDeploymentRequest { Name = $"{Project}/deployments/all" }, cancellationToken: Cancel)).ReadyReplicas == 2,
            TimeSpan.FromSeconds(10), "one service counts the replicas of both");

        // Longer than silence lasts: those who are heard stay.
        var until = TimeProvider.System.GetTimestamp();
        await Eventually.BecomesTrueAsync(
            () =>
            {
                Assert.Equal(["x", "y"], watchA.Latest!.Replicas.Select(r => r.ReplicaId));
                Assert.Equal(["x", "y"], watchB.Latest!.Replicas.Select(r => r.ReplicaId));
                return TimeProvider.System.GetElapsedTime(until) > TimeSpan.FromSeconds(8);
            },
            TimeSpan.FromSeconds(12), "time passes");
        await y.LeaveAsync();
        await watchB.SeesAsync(["x"]);
        await watchA.SeesAsync(["x"]);
    }

    [Theory, EachDatabase]
    public async Task A_service_that_starts_again_knows_its_replicas_until_silence_is_over(DatabaseKind database)
    {
        var connection = database == DatabaseKind.Postgres ? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync() : "";
        using var state = new TemporaryFolder();
        await using (var first = await RegistryHost.StartAsync(state.Path, connection))
        {
            await using var watch = new WatchClient(first.Directory);
            await using var back = await ReplicaClient.ConnectAsync(first.Directory, "back", Cancel);
            await using var gone = await ReplicaClient.ConnectAsync(first.Directory, "gone", Cancel);
            await watch.SeesAsync(["back", "gone"]);
            await first.SharedAsync(2);
            await first.StopAsync();
        }

        await using var second = await RegistryHost.StartAsync(state.Path, connection);
        await using var again = new WatchClient(second.Directory);
        await Eventually.BecomesTrueAsync(() => again.Latest is not null, TimeSpan.FromSeconds(5), "the first answer");
        Assert.Equal(["back", "gone"], again.Latest!.Replicas.Select(r => r.ReplicaId));
        await using var returned = await ReplicaClient.ConnectAsync(second.Directory, "back", Cancel);
        using var beating = new Beating(returned);
        await again.SeesAsync(["back"]);
        await second.SharedAsync(1);
    }

    /// <summary>Reports of live replicas, twice a second.</summary>
    private sealed class Beating : IDisposable
    {
        private readonly Timer _timer;

        public Beating(params ReplicaClient[] replicas) => _timer = new Timer(
            _ =>
            {
                foreach (var replica in replicas)
                {
                    _ = replica.TrySendAsync();
                }
            },
            null, 0, 500);

        public void Dispose() => _timer.Dispose();
    }
}
