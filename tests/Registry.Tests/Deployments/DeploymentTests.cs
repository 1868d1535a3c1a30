using Grpc.Core;
using Mesh.Registry.Tests.Hosting;
using Mesh.Registry.V1;
using Mesh.Tests.Shared;
using Xunit;
using static Mesh.Registry.Tests.Hosting.ModelCalls;

namespace Mesh.Registry.Tests.Deployments;

public sealed class DeploymentTests
{
    private const string Shop = $"{Project}/deployments/shop";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task Follows_its_alias_or_stays_on_its_version(DatabaseKind database)
    {
        await using var host = await StartAsync(database);
        var shop = await host.Deployments.DeployAsync("shop", "m/aliases/production", replicas: 2);
        Assert.Equal(Shop, shop.Name);
        Assert.Equal($"{Project}/models/m/aliases/production", shop.Model);
        Assert.Equal($"{Project}/models/m/versions/1", shop.ModelVersion);
        Assert.Equal((2, 0, "users/admin"), (shop.Replicas, shop.ReadyReplicas, shop.Creator));
        var pinned = await host.Deployments.DeployAsync("pinned", "m/versions/1");

        await host.Models.PointAsync("m", "production", 2);
        Assert.Equal($"{Project}/models/m/versions/2", (await GetAsync(host)).ModelVersion);
        var list = await host.Deployments.ListDeploymentsAsync(new ListDeploymentsRequest { Parent = Project, PageSize = 1 }, cancellationToken: Cancel);
        Assert.Equal(pinned, Assert.Single(list.Deployments));
        list = await host.Deployments.ListDeploymentsAsync(
            new ListDeploymentsRequest { Parent = Project, PageSize = 1, PageToken = list.NextPageToken }, cancellationToken: Cancel);
        Assert.Equal($"{Project}/models/m/versions/2", Assert.Single(list.Deployments).ModelVersion);
        Assert.Empty(list.NextPageToken);
    }

    [Theory, EachDatabase]
    public async Task Is_created_once_for_a_request_id(DatabaseKind database)
    {
        await using var host = await StartAsync(database);
        var created = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.Deployments.DeployAsync("shop", "m/versions/1", requestId: "r")));
        Assert.All(created, d => Assert.Equal(created[0], d));
        Assert.Equal(StatusCode.AlreadyExists, (await FailsAsync(() => host.Deployments.DeployAsync("shop", "m/versions/1"))).Code);
        Assert.Equal(StatusCode.InvalidArgument, (await FailsAsync(() => host.Deployments.DeployAsync("shop", "m/versions/2", requestId: "r"))).Code);
    }

    [Theory, EachDatabase]
    public async Task An_update_changes_what_it_names(DatabaseKind database)
    {
        await using var host = await StartAsync(database);
        await host.Deployments.DeployAsync("shop", "m/aliases/production", replicas: 2);
        var moved = await host.Deployments.UpdateDeploymentAsync(
            new UpdateDeploymentRequest { Name = Shop, Model = $"{Project}/models/m/versions/2" }, cancellationToken: Cancel);
        Assert.Equal(($"{Project}/models/m/versions/2", 2), (moved.ModelVersion, moved.Replicas));
        var scaled = await host.Deployments.UpdateDeploymentAsync(new UpdateDeploymentRequest { Name = Shop, Replicas = 0 }, cancellationToken: Cancel);
        Assert.Equal(($"{Project}/models/m/versions/2", 0), (scaled.Model, scaled.Replicas));
        Assert.Equal(scaled, await GetAsync(host));

        async Task<StatusCode> Update(UpdateDeploymentRequest request) =>
            (await FailsAsync(() => host.Deployments.UpdateDeploymentAsync(request, cancellationToken: Cancel).ResponseAsync)).Code;
        Assert.Equal(StatusCode.NotFound, await Update(new() { Name = Shop, Model = $"{Project}/models/m/versions/9" }));
        Assert.Equal(StatusCode.NotFound, await Update(new() { Name = Shop, Model = $"{Project}/models/m/aliases/none" }));
        Assert.Equal(StatusCode.NotFound, await Update(new() { Name = $"{Project}/deployments/none", Replicas = 1 }));
        Assert.Equal(StatusCode.InvalidArgument, await Update(new() { Name = Shop, Replicas = -1 }));
        Assert.Equal(StatusCode.InvalidArgument, await Update(new() { Name = Shop, Model = "projects/other/models/m/versions/1" }));
        Assert.Equal(StatusCode.InvalidArgument, await Update(new() { Name = Shop, Model = $"{Project}/models/m" }));

        await host.Deployments.DeleteDeploymentAsync(new DeleteDeploymentRequest { Name = Shop }, cancellationToken: Cancel);
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => GetAsync(host))).Code);
    }

    [Fact]
    public async Task Needs_a_model_of_its_project_that_exists()
    {
        await using var host = await StartAsync(DatabaseKind.Sqlite);
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => host.Deployments.DeployAsync("d", "none/versions/1"))).Code);
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => host.Deployments.DeployAsync("d", "m/versions/9"))).Code);
        Assert.Equal(StatusCode.InvalidArgument, (await FailsAsync(() => host.Deployments.DeployAsync("d", "m"))).Code);
        Assert.Equal(StatusCode.InvalidArgument, (await FailsAsync(() => host.Deployments.DeployAsync("d", "m/versions/1", replicas: -1))).Code);
        Assert.Equal(StatusCode.InvalidArgument, (await FailsAsync(() => host.Deployments.DeployAsync("D", "m/versions/1"))).Code);
        var foreign = new CreateDeploymentRequest
        {
            Parent = Project, DeploymentId = "d", Deployment = new Deployment { Model = "projects/other/models/m/versions/1" },
        };
        Assert.Equal(StatusCode.InvalidArgument, (await FailsAsync(() => host.Deployments.CreateDeploymentAsync(foreign, cancellationToken: Cancel).ResponseAsync)).Code);
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(async () =>
        {
            using var watch = host.Deployments.WatchDeployment(new WatchDeploymentRequest { Name = Shop }, cancellationToken: Cancel);
            await watch.ResponseStream.MoveNext(Cancel);
        })).Code);
    }

    [Theory, EachDatabase]
    public async Task A_watcher_sees_the_alias_move_and_the_replicas_follow(DatabaseKind database)
    {
        await using var host = await StartAsync(database);
        await host.Deployments.DeployAsync("shop", "m/aliases/production");
        using var watch = host.Deployments.WatchDeployment(new WatchDeploymentRequest { Name = Shop }, cancellationToken: Cancel);
        Assert.True(await watch.ResponseStream.MoveNext(Cancel));
        Assert.Equal(await GetAsync(host), watch.ResponseStream.Current);

        await using var replica = await ReplicaClient.ConnectAsync(host.Directory, "one", Cancel);
        await Eventually.BecomesTrueAsync(() => replica.Latest?.Models.Count == 1, TimeSpan.FromSeconds(10), "the replica hears of the deployment");
        await replica.SendReadyAsync();
        await UntilAsync(watch, d => d.ReadyReplicas == 1 && d.ReplicaStatus.Single().ReplicaId == "one");

        await host.Models.PointAsync("m", "production", 2);
        await UntilAsync(watch, d => d.ModelVersion.EndsWith("/2", StringComparison.Ordinal) && d.ReadyReplicas == 0);
        await Eventually.BecomesTrueAsync(
            () => replica.Latest!.Models[0].ModelVersion.EndsWith("/2", StringComparison.Ordinal), TimeSpan.FromSeconds(10), "the replica hears of version 2");
        replica.Report.Models[0].State = ServedModelState.Failed;
        replica.Report.Models[0].Error = "out of memory";
        await replica.SendAsync();
        await UntilAsync(watch, d => d.ReplicaStatus is [{ State: ServedModelState.Failed, Error: "out of memory" }]);
        await replica.SendReadyAsync();
        await UntilAsync(watch, d => d.ReadyReplicas == 1 && d.ReplicaStatus[0].ModelVersion.EndsWith("/2", StringComparison.Ordinal));

        await host.Deployments.DeleteDeploymentAsync(new DeleteDeploymentRequest { Name = Shop }, cancellationToken: Cancel);
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => UntilAsync(watch, _ => false))).Code);
    }

    private static async Task UntilAsync(AsyncServerStreamingCall<Deployment> watch, Func<Deployment, bool> holds)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(TimeSpan.FromSeconds(10));
        while (await watch.ResponseStream.MoveNext(deadline.Token) && !holds(watch.ResponseStream.Current))
        {
        }
    }

    private static async Task<Deployment> GetAsync(RegistryHost host) =>
        await host.Deployments.GetDeploymentAsync(new GetDeploymentRequest { Name = Shop }, cancellationToken: Cancel);

    private static async Task<RegistryHost> StartAsync(DatabaseKind database)
    {
        var host = await RegistryHost.StartAsync(database);
        await host.Models.CreateAsync("m");
        await host.Models.RegisterAsync("m", 1, alias: "production");
        await host.Models.RegisterAsync("m", 2);
        return host;
    }
}
