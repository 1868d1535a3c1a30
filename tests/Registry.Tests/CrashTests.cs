using Grpc.Core;
using Mesh.Registry.Tests.Hosting;
using Mesh.Registry.V1;
using Mesh.Tests.Shared;
using Xunit;
using static Mesh.Registry.Tests.Hosting.ModelCalls;

namespace Mesh.Registry.Tests;

/// <summary>A Registry process that is killed has lost nothing that it acknowledged.</summary>
public sealed class CrashTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task A_killed_service_comes_back_with_all_it_acknowledged(DatabaseKind database)
    {
        var connection = database == DatabaseKind.Postgres ? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync() : "";
        using var state = new TemporaryFolder();
        await using var projects = await ProjectSeam.StartAsync();
        var port = RegistryProcess.FreePort();
        var acknowledged = new List<ModelVersion>();

        var first = await RegistryProcess.StartAsync(state.Path, port, projects.Address, connection, Cancel);
        var models = new ModelService.ModelServiceClient(first.Channel);
        var directory = new DirectoryService.DirectoryServiceClient(first.Channel);
        await models.CreateAsync("m");
        acknowledged.Add(await models.RegisterAsync("m", seed: 1, alias: "production"));
        var deployment = await new DeploymentService.DeploymentServiceClient(first.Channel).DeployAsync("shop", "m/aliases/production");
        await using var watch = new WatchClient(directory);
        await using (var replica = await ReplicaClient.ConnectAsync(directory, "one", Cancel))
        {
            await HearsAsync(replica, acknowledged[0]);
            await replica.SendReadyAsync();
            // Versions go in while the process is killed; what was answered must be there afterwards.
            var upload = await models.UploadAsync(TestBundle.Bytes(2));
            var registering = RegisterUntilGoneAsync(models, upload, acknowledged);
            await Eventually.BecomesTrueAsync(
                () =>
                {
                    lock (acknowledged)
                    {
                        return acknowledged.Count >= 5;
                    }
                },
                TimeSpan.FromSeconds(30), "versions are registered");
            await first.KillAsync(Cancel);
            await registering;
            await Eventually.BecomesTrueAsync(() => replica.Ended is not null and not StatusCode.OK, TimeSpan.FromSeconds(10), "the stream breaks");
        }

        await first.DisposeAsync();
        await using var second = await RegistryProcess.StartAsync(state.Path, port, projects.Address, connection, Cancel);
        models = new ModelService.ModelServiceClient(second.Channel);
        foreach (var version in acknowledged)
        {
            var found = await models.GetModelVersionAsync(new GetModelVersionRequest { Name = version.Name }, cancellationToken: Cancel);
            Assert.Equal(version, found);
        }

        Assert.Equal(TestBundle.Bytes(1), (await models.DownloadAsync(acknowledged[0].Name)).Bytes);
        // The call that was cut off may have been carried out; sent again, it gives the one version it made.
        var again = await models.ListModelVersionsAsync(new ListModelVersionsRequest { Parent = $"{Project}/models/m" }, cancellationToken: Cancel);
        Assert.InRange(again.Versions.Count, acknowledged.Count, acknowledged.Count + 1);

        directory = new DirectoryService.DirectoryServiceClient(second.Channel);
        await using var back = await ReplicaClient.ConnectAsync(directory, "one", Cancel);
        await HearsAsync(back, acknowledged[0]);
        await back.SendReadyAsync();
        var deployments = new DeploymentService.DeploymentServiceClient(second.Channel);
        await Eventually.BecomesTrueAsync(
            async () => (await deployments.GetDeploymentAsync(new GetDeploymentRequest { Name = deployment.Name }, cancellationToken: Cancel)).ReadyReplicas == 1,
            TimeSpan.FromSeconds(10), "the replica is ready again");
    }

    private static async Task RegisterUntilGoneAsync(ModelService.ModelServiceClient models, string upload, List<ModelVersion> acknowledged)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                var version = await models.RegisterAsync("m", upload, requestId: $"r{i}");
                lock (acknowledged)
                {
                    acknowledged.Add(version);
                }
            }
        }
        catch (RpcException)
        {
            // The process is gone.
        }
    }

    private static Task HearsAsync(ReplicaClient replica, ModelVersion version) => Eventually.BecomesTrueAsync(
        () => replica.Latest?.Models is [{ } model] && model.ModelVersion == version.Name && model.BundleSha256 == version.BundleSha256,
        TimeSpan.FromSeconds(10), $"the replica hears of {version.Name}");
}
