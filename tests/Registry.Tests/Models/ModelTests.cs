using Grpc.Core;
using Mesh.Registry.Tests.Hosting;
using Mesh.Registry.V1;
using Xunit;
using static Mesh.Registry.Tests.Hosting.ModelCalls;

namespace Mesh.Registry.Tests.Models;

public sealed class ModelTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task A_model_is_created_once_for_a_request_id(DatabaseKind database)
    {
        await using var host = await RegistryHost.StartAsync(database);
        var request = new CreateModelRequest
        {
            Parent = Project, ModelId = "mnist", RequestId = "r1", Model = new Model { DisplayName = "MNIST", Description = "Digits." },
        };
        var created = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.Models.CreateModelAsync(request, cancellationToken: Cancel).ResponseAsync));
        Assert.All(created, model => Assert.Equal(created[0], model));
        Assert.Equal("projects/default/models/mnist", created[0].Name);
        Assert.Equal("MNIST", created[0].DisplayName);
        Assert.Equal("Digits.", created[0].Description);
        Assert.Equal("users/admin", created[0].Creator);
        Assert.Equal(0, created[0].LatestVersion);

        request.Model.Description = "Other.";
        Assert.Equal(StatusCode.InvalidArgument, (await FailsAsync(() => host.Models.CreateModelAsync(request, cancellationToken: Cancel).ResponseAsync)).Code);
        Assert.Equal(StatusCode.AlreadyExists, (await FailsAsync(() => host.Models.CreateAsync("mnist"))).Code);
    }

    [Theory, EachDatabase]
    public async Task Models_are_listed_in_pages(DatabaseKind database)
    {
        await using var host = await RegistryHost.StartAsync(database);
        string[] ids = ["a", "a-b", "a1", "b", "c"];
        foreach (var id in ids.Reverse())
        {
            await host.Models.CreateAsync(id);
        }

        var listed = new List<string>();
        var token = "";
        do
        {
            var page = await host.Models.ListModelsAsync(new ListModelsRequest { Parent = Project, PageSize = 2, PageToken = token }, cancellationToken: Cancel);
            Assert.InRange(page.Models.Count, 1, 2);
            listed.AddRange(page.Models.Select(m => m.Name));
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        Assert.Equal(ids.Select(id => $"projects/default/models/{id}"), listed.Order(StringComparer.Ordinal));
        Assert.Empty((await host.Models.ListModelsAsync(new ListModelsRequest { Parent = "projects/other" }, cancellationToken: Cancel)).Models);
    }

    [Theory, EachDatabase]
    public async Task A_model_with_versions_is_not_deleted(DatabaseKind database)
    {
        await using var host = await RegistryHost.StartAsync(database);
        await host.Models.CreateAsync("m");
        await host.Models.RegisterAsync("m", seed: 1);
        var delete = new DeleteModelRequest { Name = $"{Project}/models/m" };
        var (code, reason, _) = await FailsAsync(() => host.Models.DeleteModelAsync(delete, cancellationToken: Cancel).ResponseAsync);
        Assert.Equal((StatusCode.FailedPrecondition, "MODEL_NOT_EMPTY"), (code, reason));
        await host.Models.DeleteVersionAsync("m", 1);
        await host.Models.DeleteModelAsync(delete, cancellationToken: Cancel);
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => host.Models.GetAsync("m"))).Code);
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => host.Models.DeleteModelAsync(delete, cancellationToken: Cancel).ResponseAsync)).Code);
    }

    [Fact]
    public async Task All_that_is_wrong_with_a_request_is_said_at_once()
    {
        await using var host = await RegistryHost.StartAsync(DatabaseKind.Sqlite);
        var request = new CreateModelRequest { Parent = Project, ModelId = "Not Good", Model = new Model { DisplayName = new string('x', 200), Description = "a\0b" } };
        var (code, _, error) = await FailsAsync(() => host.Models.CreateModelAsync(request, cancellationToken: Cancel).ResponseAsync);
        Assert.Equal(StatusCode.InvalidArgument, code);
        Assert.Equal(
            ["model_id", "model.display_name", "model.description"],
            error.GetRpcStatus()!.GetDetail<Google.Rpc.BadRequest>()!.FieldViolations.Select(v => v.Field));
    }

    [Fact]
    public async Task Nothing_is_created_in_a_project_that_is_missing_or_going()
    {
        await using var host = await RegistryHost.StartAsync(DatabaseKind.Sqlite);
        async Task<StatusCode> Create(string project) => (await FailsAsync(() => host.Models.CreateModelAsync(
            new CreateModelRequest { Parent = project, ModelId = "m" }, cancellationToken: Cancel).ResponseAsync)).Code;
        Assert.Equal(StatusCode.NotFound, await Create("projects/nowhere"));
        Assert.Equal(StatusCode.FailedPrecondition, await Create("projects/leaving"));
    }

    [Fact]
    public async Task Identity_hears_what_a_project_still_holds()
    {
        await using var host = await RegistryHost.StartAsync(DatabaseKind.Sqlite);
        await host.Models.CreateAsync("m");
        await host.Models.RegisterAsync("m", seed: 1);
        await host.Deployments.DeployAsync("d", "m/versions/1");
        var tenancy = new Mesh.Common.V1.TenancyService.TenancyServiceClient(host.Channel);
        var counts = (await tenancy.CountResourcesAsync(new() { Name = Project }, cancellationToken: Cancel)).Counts;
        Assert.Equal(new Dictionary<string, long> { ["deployments"] = 1, ["models"] = 1 }, counts.OrderBy(c => c.Key).ToDictionary());
    }
}
