using Grpc.Core;
using Mesh.Registry.Tests.Hosting;
using Mesh.Registry.V1;
using Xunit;
using static Mesh.Registry.Tests.Hosting.ModelCalls;

namespace Mesh.Registry.Tests.Models;

public sealed class AliasTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task An_alias_moves_between_versions_that_exist(DatabaseKind database)
    {
        await using var host = await RegistryHost.StartAsync(database);
        await host.Models.CreateAsync("m");
        await host.Models.RegisterAsync("m", 1, alias: "production");
        await host.Models.RegisterAsync("m", 2);
        Assert.Equal(2, (await host.Models.PointAsync("m", "production", 2)).Aliases["production"]);
        Assert.Equal(2, (await host.Models.PointAsync("m", "production", 2)).Aliases["production"]);
        await host.Models.PointAsync("m", "staging", 1);
        var (code, _, error) = await FailsAsync(() => host.Models.PointAsync("m", "production", 3));
        Assert.Equal(StatusCode.NotFound, code);
        Assert.Contains("models/m/versions/3", error.Status.Detail);
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => host.Models.PointAsync("m", "production", 0))).Code);
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => host.Models.PointAsync("none", "production", 1))).Code);
        Assert.Equal(StatusCode.InvalidArgument, (await FailsAsync(() => host.Models.PointAsync("m", "3", 1))).Code);
        Assert.Equal(
            new Dictionary<string, int> { ["production"] = 2, ["staging"] = 1 }, (await host.Models.GetAsync("m")).Aliases.OrderBy(a => a.Key).ToDictionary());

        var delete = new DeleteModelAliasRequest { Name = $"{Project}/models/m", Alias = "staging" };
        Assert.Equal(["production"], (await host.Models.DeleteModelAliasAsync(delete, cancellationToken: Cancel)).Aliases.Keys);
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => host.Models.DeleteModelAliasAsync(delete, cancellationToken: Cancel).ResponseAsync)).Code);
    }

    [Theory, EachDatabase]
    public async Task An_alias_that_a_deployment_follows_stays(DatabaseKind database)
    {
        await using var host = await RegistryHost.StartAsync(database);
        await host.Models.CreateAsync("m");
        await host.Models.RegisterAsync("m", 1, alias: "production");
        await host.Deployments.DeployAsync("shop", "m/aliases/production");
        var delete = new DeleteModelAliasRequest { Name = $"{Project}/models/m", Alias = "production" };
        var (code, reason, error) = await FailsAsync(() => host.Models.DeleteModelAliasAsync(delete, cancellationToken: Cancel).ResponseAsync);
        Assert.Equal((StatusCode.FailedPrecondition, "ALIAS_IN_USE"), (code, reason));
        Assert.Contains("projects/default/deployments/shop", error.Status.Detail);
    }

    [Theory, EachDatabase]
    public async Task Concurrent_moves_leave_the_alias_on_one_of_them(DatabaseKind database)
    {
        await using var host = await RegistryHost.StartAsync(database);
        await host.Models.CreateAsync("m");
        var upload = await host.Models.UploadAsync(TestBundle.Bytes(1));
        for (var i = 0; i < 4; i++)
        {
            await host.Models.RegisterAsync("m", upload);
        }

        await Task.WhenAll(Enumerable.Range(0, 32).Select(i => host.Models.PointAsync("m", "production", i % 4 + 1)));
        Assert.InRange((await host.Models.GetAsync("m")).Aliases["production"], 1, 4);
    }
}
