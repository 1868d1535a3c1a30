using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Preprocessing.Tests.Hosting;
using Mesh.Preprocessing.V1;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Preprocessing.Tests;

/// <summary>Pipelines and the catalogue of transforms, on both databases.</summary>
public class PipelineTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pipelines_are_created_once_listed_in_pages_and_deleted(bool postgres)
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel, postgres ? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync() : null);
        var created = await service.CreateAsync("a", PipelineCalls.Labelled(), requestId: "r-1");
        Assert.Equal(created, await service.CreateAsync("a", PipelineCalls.Labelled(), requestId: "r-1"));
        Assert.Equal("projects/default/pipelines/a", created.Name);
        Assert.Equal(["STRATIFIED", "label"], created.MadeAnew.Select(reason => reason.Split(' ')[0]));
        Assert.Equal(created, await service.Pipelines.GetPipelineAsync(new() { Name = created.Name }, cancellationToken: Cancel));
        Assert.Equal((StatusCode.AlreadyExists, "ALREADY_EXISTS"), Short(await PipelineCalls.FailsAsync(() => service.CreateAsync("a", PipelineCalls.Labelled()))));
        await service.CreateAsync("b", PipelineCalls.Labelled());
        await service.CreateAsync("c", PipelineCalls.Labelled());

        var first = await service.Pipelines.ListPipelinesAsync(new() { Parent = PipelineCalls.Project, PageSize = 2 }, cancellationToken: Cancel);
        var second = await service.Pipelines.ListPipelinesAsync(
            new() { Parent = PipelineCalls.Project, PageSize = 2, PageToken = first.NextPageToken }, cancellationToken: Cancel);
        Assert.Equal(["a", "b", "c"], first.Pipelines.Concat(second.Pipelines).Select(p => p.Name.Split('/')[^1]));
        Assert.Equal("", second.NextPageToken);

        await service.Pipelines.DeletePipelineAsync(new() { Name = created.Name }, cancellationToken: Cancel);
        var gone = await PipelineCalls.FailsAsync(async () => await service.Pipelines.GetPipelineAsync(new() { Name = created.Name }, cancellationToken: Cancel));
        Assert.Equal((StatusCode.NotFound, "NOT_FOUND"), Short(gone));
        var counts = (await service.Tenancy.CountResourcesAsync(new() { Name = PipelineCalls.Project }, cancellationToken: Cancel)).Counts;
        Assert.Equal(2, counts["pipelines"]);
    }

    [Fact]
    public async Task Everything_wrong_with_a_pipeline_is_said_at_once_by_field()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        var wrong = new Pipeline
        {
            Transforms =
            {
                PipelineCalls.Step("decode-image"),
                PipelineCalls.Step("blur"),
                PipelineCalls.Step("resize", ("width", Value.ForNumber(-1)), ("height", Value.ForNumber(28))),
            },
            Split = new SplitSpec { ValidationFraction = 0.6, TestFraction = double.NaN },
        };
        var failure = await PipelineCalls.FailsAsync(() => service.CreateAsync("Not-An-Id", wrong));
        Assert.Equal(StatusCode.InvalidArgument, failure.Code);
        Assert.Equal(
            ["pipeline.split.test_fraction", "pipeline.split.validation_fraction", "pipeline.transforms[1].type", "pipeline.transforms[2].parameters.width", "pipeline_id"],
            failure.Fields.Order(StringComparer.Ordinal));
        Assert.Contains("blur", failure.Message);
        Assert.Contains("known: decode-image, grayscale, resize", failure.Message);

        Assert.Equal(StatusCode.InvalidArgument, (await PipelineCalls.FailsAsync(() => service.CreateAsync("a", new Pipeline()))).Code);
        Assert.Equal(StatusCode.NotFound, (await PipelineCalls.FailsAsync(async () => await service.Pipelines.CreatePipelineAsync(
            new() { Parent = "projects/none", PipelineId = "a", Pipeline = PipelineCalls.Labelled() }, cancellationToken: Cancel))).Code);
        Assert.Equal("PROJECT_DELETING", (await PipelineCalls.FailsAsync(async () => await service.Pipelines.CreatePipelineAsync(
            new() { Parent = "projects/leaving", PipelineId = "a", Pipeline = PipelineCalls.Labelled() }, cancellationToken: Cancel))).Reason);
    }

    [Fact]
    public async Task Parameters_that_are_no_json_are_the_callers_fault()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        var empty = PipelineCalls.Step("decode-image", ("channels", new Value()));
        Assert.Equal(StatusCode.InvalidArgument, (await PipelineCalls.FailsAsync(() => service.CreateAsync("a", new Pipeline { Transforms = { empty } }))).Code);
    }

    [Fact]
    public async Task The_catalogue_speaks_the_contracts_types()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        var transforms = (await service.Pipelines.ListTransformsAsync(new() { Parent = PipelineCalls.Project }, cancellationToken: Cancel)).Transforms;
        Assert.Empty(((string[])["decode-image", "grayscale", "resize", "crop", "label", "number", "concat", "random-horizontal-flip", "normalize"]).Except(transforms.Select(t => t.Type)));
        Assert.All(transforms, t => Assert.True(t.Version > 0 && t.Summary.Length > 0));
        var resize = transforms.Single(t => t.Type == "resize").Parameters;
        Assert.Equal("int", resize.Single(p => p.Name == "width").Type);
        Assert.Equal("double", transforms.Single(t => t.Type == "crop").Parameters.Single(p => p.Name == "width").Type);
        Assert.Equal(["image"], transforms.Single(t => t.Type == "resize").DefaultInputs);
        Assert.Empty(transforms.Single(t => t.Type == "concat").DefaultInputs);
        // Words are joined by "|", numbers and switches have the names of the contract.
        Assert.DoesNotContain(transforms.SelectMany(t => t.Parameters), p => p.Type is "integer" or "boolean" or "choice" or "number" || p.Meaning.Length == 0);
    }

    private static (StatusCode Code, string Reason) Short((StatusCode Code, string Reason, string[] Fields, string Message) failure) => (failure.Code, failure.Reason);
}
