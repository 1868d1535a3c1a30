using Grpc.Core;
using Mesh.Blobs;
using Mesh.Registry.Tests.Hosting;
using Mesh.Registry.V1;
using Mesh.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static Mesh.Registry.Tests.Hosting.ModelCalls;

namespace Mesh.Registry.Tests.Models;

public sealed class DeleteVersionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task Is_refused_by_the_name_of_what_uses_the_version(DatabaseKind database)
    {
        await using var host = await RegistryHost.StartAsync(database);
        await host.Models.CreateAsync("m");
        await host.Models.RegisterAsync("m", 1, alias: "production");
        await RefusedAsync(host, "projects/default/models/m/aliases/production");
        await host.Deployments.DeployAsync("shop", "m/aliases/production");
        await RefusedAsync(host, "projects/default/deployments/shop");

        await host.Models.RegisterAsync("m", 2, alias: "production");
        await host.Deployments.DeployAsync("pinned", "m/versions/1");
        await RefusedAsync(host, "projects/default/deployments/pinned");
        await host.Deployments.DeleteDeploymentAsync(new DeleteDeploymentRequest { Name = $"{Project}/deployments/pinned" }, cancellationToken: Cancel);
        await host.Models.DeleteVersionAsync("m", 1);
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => host.Models.DeleteVersionAsync("m", 1))).Code);
    }

    [Theory, EachDatabase]
    public async Task Lets_the_bundle_go_with_its_last_version(DatabaseKind database)
    {
        await using var host = await RegistryHost.StartAsync(database);
        var blobs = host.Services.GetRequiredService<IBlobStore>();
        var scope = new BlobScope("registry", "default");
        await host.Models.CreateAsync("m");
        await host.Models.CreateAsync("n");
        var bytes = TestBundle.Bytes(1);
        var upload = await host.Models.UploadAsync(bytes);
        await host.Models.RegisterAsync("m", upload);
        await host.Models.RegisterAsync("n", upload);
        var digest = BlobDigest.Parse(TestBundle.Sha256(bytes));

        await host.Models.DeleteVersionAsync("m", 1);
        Assert.NotNull(await blobs.StatAsync(scope, digest, Cancel));
        Assert.Equal(bytes, (await host.Models.DownloadAsync($"{Project}/models/n/versions/1")).Bytes);
        await host.Models.DeleteVersionAsync("n", 1);
        await Eventually.BecomesTrueAsync(async () => await blobs.StatAsync(scope, digest, Cancel) is null, TimeSpan.FromSeconds(15), "the bundle is gone");
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => host.Models.RegisterAsync("m", upload))).Code);

        // The same bytes may come again.
        await host.Models.RegisterAsync("m", 1);
        Assert.Equal(bytes, (await host.Models.DownloadAsync($"{Project}/models/m/versions/2")).Bytes);
    }

    [Theory, EachDatabase]
    public async Task Never_leaves_a_deployment_without_its_version(DatabaseKind database)
    {
        await using var host = await RegistryHost.StartAsync(database);
        await host.Models.CreateAsync("m");
        var upload = await host.Models.UploadAsync(TestBundle.Bytes(1));
        for (var i = 1; i <= 12; i++)
        {
            await host.Models.RegisterAsync("m", upload);
            var deploy = Outcome(() => host.Deployments.DeployAsync($"d{i}", $"m/versions/{i}"));
            var delete = Outcome(() => host.Models.DeleteVersionAsync("m", i));
            // One of the two wins, and the other hears why it could not.
            Assert.Contains(
                (await deploy, await delete), new[] { (StatusCode.OK, StatusCode.FailedPrecondition), (StatusCode.NotFound, StatusCode.OK) });
            if (await delete == StatusCode.OK)
            {
                upload = await host.Models.UploadAsync(TestBundle.Bytes(1));
            }
        }
    }

    private static async Task<StatusCode> Outcome(Func<Task> call)
    {
        try
        {
            await call();
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }

    private static async Task RefusedAsync(RegistryHost host, string user)
    {
        var (code, reason, error) = await FailsAsync(() => host.Models.DeleteVersionAsync("m", 1));
        Assert.Equal((StatusCode.FailedPrecondition, "VERSION_IN_USE"), (code, reason));
        Assert.Contains(user, error.Status.Detail);
    }
}
