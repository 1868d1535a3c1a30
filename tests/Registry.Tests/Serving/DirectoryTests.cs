using Grpc.Core;
using Mesh.Registry.Tests.Hosting;
using Mesh.Registry.V1;
using Mesh.Tests.Shared;
using Xunit;
using static Mesh.Registry.Tests.Hosting.ModelCalls;

namespace Mesh.Registry.Tests.Serving;

/// <summary>The directory over real streams.</summary>
public sealed class DirectoryTests
{
    private const string Shop = $"{Project}/deployments/shop";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task A_replica_hears_what_to_serve_at_once_and_at_each_change(DatabaseKind database)
    {
        await using var host = await StartAsync(database);
        await using var replica = await ReplicaClient.ConnectAsync(host.Directory, "one", Cancel);
        await Eventually.BecomesTrueAsync(() => replica.Latest is not null, Soon, "the first answer");
        Assert.Empty(replica.Latest!.Models);

        await host.Deployments.DeployAsync("shop", "m/aliases/production");
        await HearsAsync(replica, "1");
        var desired = Assert.Single(replica.Latest!.Models);
        var bytes = TestBundle.Bytes(1);
        Assert.Equal((Shop, $"{Project}/models/m/versions/1", TestBundle.Sha256(bytes), bytes.LongLength),
            (desired.Deployment, desired.ModelVersion, desired.BundleSha256, desired.BundleSizeBytes));
        await host.Models.PointAsync("m", "production", 2);
        await HearsAsync(replica, "2");
        await host.Models.RegisterAsync("m", seed: 3, alias: "production");
        await HearsAsync(replica, "3");
        await host.Deployments.DeleteDeploymentAsync(new DeleteDeploymentRequest { Name = Shop }, cancellationToken: Cancel);
        await HearsAsync(replica);
        var revisions = replica.Desired.Select(d => d.Revision).ToList();
        Assert.Equal(revisions.Distinct().Order(), revisions);
        Assert.Equal(5, revisions.Count);
    }

    [Fact]
    public async Task A_change_is_pushed_not_waited_for()
    {
        await using var host = await StartAsync(DatabaseKind.Sqlite);
        await host.Deployments.DeployAsync("shop", "m/aliases/production");
        await using var replica = await ReplicaClient.ConnectAsync(host.Directory, "one", Cancel);
        await HearsAsync(replica, "1");
        // Ten moves, each heard: a poll of a second would need ten.
        var started = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 10; i++)
        {
            var version = i % 2 == 0 ? 2 : 1;
            await host.Models.PointAsync("m", "production", version);
            await HearsAsync(replica, version.ToString());
        }

        Assert.InRange(TimeProvider.System.GetElapsedTime(started).TotalSeconds, 0, 9);
    }

    [Fact]
    public async Task A_deployment_for_one_moves_when_its_replica_is_gone()
    {
        await using var host = await StartAsync(DatabaseKind.Sqlite);
        await host.Deployments.DeployAsync("shop", "m/versions/1", replicas: 1);
        var replicas = new List<ReplicaClient>();
        for (var i = 0; i < 3; i++)
        {
            replicas.Add(await ReplicaClient.ConnectAsync(host.Directory, $"replica-{i}", Cancel));
        }

        await Eventually.BecomesTrueAsync(() => replicas.All(r => r.Latest is not null) && replicas.Count(r => r.Latest!.Models.Count == 1) == 1, Soon, "one has it");
        var chosen = replicas.Single(r => r.Latest!.Models.Count == 1);
        await chosen.SendReadyAsync();
        await chosen.LeaveAsync();
        replicas.Remove(chosen);
        await Eventually.BecomesTrueAsync(() => replicas.Count(r => r.Latest!.Models.Count == 1) == 1, Soon, "another has it");
        await Eventually.BecomesTrueAsync(() => chosen.Ended == StatusCode.OK, Soon, "the stream ends in order");
        foreach (var replica in replicas.Append(chosen))
        {
            await replica.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_silent_replica_loses_its_stream_and_its_place()
    {
        await using var host = await StartAsync(DatabaseKind.Sqlite);
        await using var watch = new WatchClient(host.Directory);
        await using var silent = await ReplicaClient.ConnectAsync(host.Directory, "silent", Cancel);
        await using var alive = await ReplicaClient.ConnectAsync(host.Directory, "alive", Cancel);
        await watch.SeesAsync(["alive", "silent"]);
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await alive.SendAsync();
                return silent.Ended == StatusCode.Unavailable;
            },
            TimeSpan.FromSeconds(15), "the silent replica's stream is ended");
        await watch.SeesAsync(["alive"]);
        Assert.Null(alive.Ended);
    }

    [Fact]
    public async Task A_gateway_hears_routes_at_once_and_counts_with_the_next_message()
    {
        await using var host = await StartAsync(DatabaseKind.Sqlite);
        await host.Deployments.DeployAsync("shop", "m/versions/1");
        await using var watch = new WatchClient(host.Directory);
        await watch.SeesAsync([]);
        await using var replica = await ReplicaClient.ConnectAsync(host.Directory, "one", Cancel);
        await HearsAsync(replica, "1");
        await replica.SendReadyAsync();
        await Eventually.BecomesTrueAsync(() => watch.Latest?.Replicas is [{ Models: [{ State: ServedModelState.Ready }] }], Soon, "it is ready");
        Assert.Equal(replica.Report.Address, watch.Latest!.Replicas[0].Address);

        var messages = watch.Messages;
        for (var i = 1; i <= 200; i++)
        {
            replica.Report.InFlight = i;
            replica.Report.Models[0].RequestCount = i;
            await replica.SendAsync();
        }

        replica.Report.Accepting = false;
        await replica.SendAsync();
        await Eventually.BecomesTrueAsync(() => watch.Latest!.Replicas is [{ Accepting: false, InFlight: 200 }], Soon, "it drains");
        // One for the drain, perhaps one heartbeat.
        Assert.InRange(watch.Messages - messages, 1, 2);
        await replica.LeaveAsync();
        await watch.SeesAsync([]);
    }

    [Fact]
    public async Task A_malformed_report_ends_the_stream()
    {
        await using var host = await StartAsync(DatabaseKind.Sqlite);
        async Task<StatusCode> Send(Action<ReplicaReport> spoil)
        {
            await using var replica = await ReplicaClient.ConnectAsync(host.Directory, "one", Cancel);
            spoil(replica.Report);
            await replica.SendAsync();
            await Eventually.BecomesTrueAsync(() => replica.Ended is not null, Soon, "the stream ends");
            return replica.Ended!.Value;
        }

        Assert.Equal(StatusCode.InvalidArgument, await Send(r => r.ReplicaId = "another"));
        Assert.Equal(StatusCode.InvalidArgument, await Send(r => r.Address = "file:///etc/passwd"));
        Assert.Equal(StatusCode.InvalidArgument, await Send(r => r.InFlight = -1));
        Assert.Equal(StatusCode.InvalidArgument, await Send(r => r.Models.Add(new ServedModel { Deployment = "shop" })));
        Assert.Equal(StatusCode.InvalidArgument, await Send(r => r.Models.Add([new ServedModel { Deployment = Shop }, new ServedModel { Deployment = Shop }])));
    }

    [Fact]
    public async Task A_stop_of_the_service_ends_the_streams()
    {
        ReplicaClient replica;
        WatchClient watch;
        await using (var host = await StartAsync(DatabaseKind.Sqlite))
        {
            replica = await ReplicaClient.ConnectAsync(host.Directory, "one", Cancel);
            watch = new WatchClient(host.Directory);
            await watch.SeesAsync(["one"]);
            await host.StopAsync().WaitAsync(Soon, Cancel);
            // Before the host disposes the channel, which ends calls in its own way.
            await Eventually.BecomesTrueAsync(() => replica.Ended is not null && watch.Ended is not null, Soon, "both have heard it");
        }

        Assert.Equal((StatusCode.Unavailable, StatusCode.Unavailable), (replica.Ended!.Value, watch.Ended!.Value));
        await replica.DisposeAsync();
        await watch.DisposeAsync();
    }

    private static Task HearsAsync(ReplicaClient replica, params string[] versions) => Eventually.BecomesTrueAsync(
        () => replica.Latest is { } latest && latest.Models.Select(m => m.ModelVersion).SequenceEqual(versions.Select(v => $"{Project}/models/m/versions/{v}")),
        Soon, $"the replica hears of versions {string.Join(", ", versions)}");

    private static async Task<RegistryHost> StartAsync(DatabaseKind database)
    {
        var host = await RegistryHost.StartAsync(database);
        await host.Models.CreateAsync("m");
        await host.Models.RegisterAsync("m", 1, alias: "production");
        await host.Models.RegisterAsync("m", 2);
        return host;
    }
}
