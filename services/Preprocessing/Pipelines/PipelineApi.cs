using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.Partitions;
using Mesh.Preprocessing.Processed;
using Mesh.Preprocessing.Runs;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Callers;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;
using Mesh.ServiceDefaults.Storage;
using Mesh.ServiceDefaults.Tenancy;
using Mesh.ServiceDefaults.Watching;
using Mesh.Transforms;
using Mesh.Transforms.Parameters;
using Pipeline = Mesh.Preprocessing.V1.Pipeline;

namespace Mesh.Preprocessing.Pipelines;

public sealed class PipelineApi(
    PipelineStore pipelines, RunStore runs, ProcessedStore processed, DryRuns.DryRuns dryRuns, ProjectGate gate, WatchStream watch, ILogger<PipelineApi> logger)
    : PipelineService.PipelineServiceBase
{
    public override async Task<Pipeline> CreatePipeline(CreatePipelineRequest request, ServerCallContext context)
    {
        var project = ResourcePattern.Project.Parse(request.Parent, "parent")[0];
        var violations = new Violations();
        ResourceId.Check(violations, request.PipelineId, "pipeline_id");
        PipelineSpecs.Check(request.Pipeline, violations);
        violations.ThrowIfAny();
        using var creating = await gate.EnterAsync(project, context.CancellationToken);
        var pipeline = await pipelines.CreateAsync(project, request, context.GetCaller().Principal, context.CancellationToken);
        logger.PipelineCreated(pipeline.Name, pipeline.Creator);
        return Described(pipeline);
    }

    public override async Task<Pipeline> GetPipeline(GetPipelineRequest request, ServerCallContext context) =>
        Described(await pipelines.GetAsync(request.Name, context.CancellationToken));

    public override async Task<ListPipelinesResponse> ListPipelines(ListPipelinesRequest request, ServerCallContext context)
    {
        var project = ResourcePattern.Project.Parse(request.Parent, "parent")[0];
        var (page, next) = await pipelines.ListAsync(project, Paging.Parse(request.PageSize, request.PageToken), context.CancellationToken);
        return new ListPipelinesResponse { Pipelines = { page.Select(Described) }, NextPageToken = next };
    }

    public override async Task<Empty> DeletePipeline(DeletePipelineRequest request, ServerCallContext context)
    {
        await pipelines.DeleteAsync(request.Name, context.CancellationToken);
        logger.Deleted(request.Name, context.GetCaller().Principal);
        return new Empty();
    }

    public override Task<ListTransformsResponse> ListTransforms(ListTransformsRequest request, ServerCallContext context)
    {
        ResourcePattern.Project.Parse(request.Parent, "parent");
        return Task.FromResult(new ListTransformsResponse { Transforms = { TransformCatalog.Standard.All.Select(Describe) } });
    }

    public override Task<DryRunPipelineResponse> DryRunPipeline(DryRunPipelineRequest request, ServerCallContext context) =>
        dryRuns.RunAsync(request, context.CancellationToken);

    public override async Task<PipelineRun> CreatePipelineRun(CreatePipelineRunRequest request, ServerCallContext context)
    {
        var project = Names.Pipeline.Parse(request.Parent, "parent")[0];
        using var creating = await gate.EnterAsync(project, context.CancellationToken);
        var pipeline = await pipelines.GetAsync(request.Parent, context.CancellationToken);
        return await runs.CreateAsync(pipeline, request, context.GetCaller().Principal, context.CancellationToken);
    }

    public override Task<PipelineRun> GetPipelineRun(GetPipelineRunRequest request, ServerCallContext context) =>
        runs.GetAsync(request.Name, context.CancellationToken);

    public override async Task<ListPipelineRunsResponse> ListPipelineRuns(ListPipelineRunsRequest request, ServerCallContext context)
    {
        var (page, next) = await runs.ListAsync(request.Parent, Paging.Parse(request.PageSize, request.PageToken), context.CancellationToken);
        return new ListPipelineRunsResponse { Runs = { page }, NextPageToken = next };
    }

    public override Task<PipelineRun> CancelPipelineRun(CancelPipelineRunRequest request, ServerCallContext context) =>
        runs.CancelAsync(request.Name, context.CancellationToken);

    public override async Task<Empty> DeletePipelineRun(DeletePipelineRunRequest request, ServerCallContext context)
    {
        await runs.DeleteAsync(request.Name, context.CancellationToken);
        logger.Deleted(request.Name, context.GetCaller().Principal);
        return new Empty();
    }

    public override Task WatchPipelineRun(WatchPipelineRunRequest request, IServerStreamWriter<PipelineRun> response, ServerCallContext context) =>
        watch.RunAsync(
            request.Name, cancel => runs.GetAsync(request.Name, cancel),
            run => run.Status.State is JobState.Succeeded or JobState.Failed or JobState.Cancelled, response, context.CancellationToken);

    public override Task<ProcessedDataset> GetProcessedDataset(GetProcessedDatasetRequest request, ServerCallContext context) =>
        processed.GetAsync(request.Name, context.CancellationToken);

    public override async Task<ListProcessedDatasetsResponse> ListProcessedDatasets(ListProcessedDatasetsRequest request, ServerCallContext context)
    {
        var project = ResourcePattern.Project.Parse(request.Parent, "parent")[0];
        var (page, next) = await processed.ListAsync(project, Paging.Parse(request.PageSize, request.PageToken), context.CancellationToken);
        return new ListProcessedDatasetsResponse { ProcessedDatasets = { page }, NextPageToken = next };
    }

    public override async Task<Empty> DeleteProcessedDataset(DeleteProcessedDatasetRequest request, ServerCallContext context)
    {
        await processed.DeleteAsync(request.Name, context.CancellationToken);
        logger.Deleted(request.Name, context.GetCaller().Principal);
        return new Empty();
    }

    public override async Task<Empty> PinProcessedDataset(PinProcessedDatasetRequest request, ServerCallContext context)
    {
        await processed.PinAsync(request.Name, request.Holder, context.CancellationToken);
        return new Empty();
    }

    public override async Task<Empty> UnpinProcessedDataset(UnpinProcessedDatasetRequest request, ServerCallContext context)
    {
        await processed.UnpinAsync(request.Name, request.Holder, context.CancellationToken);
        return new Empty();
    }

    private static Pipeline Described(Pipeline pipeline)
    {
        pipeline.MadeAnew.Add(MadeAnew.Of(pipeline));
        return pipeline;
    }

    private static TransformDescription Describe(TransformDefinition definition) => new()
    {
        Type = definition.Type,
        Version = definition.Version,
        Summary = definition.Summary,
        DefaultInputs = { definition.DefaultInputs },
        Parameters =
        {
            definition.Parameters.Select(p => new ParameterDescription
            {
                Name = p.Name, Type = TypeOf(p), DefaultValue = p.Default?.ToJsonString() ?? "", Range = p.Range, Meaning = p.Meaning,
            }),
        },
    };

    /// <summary>In the words of the contract.</summary>
    private static string TypeOf(Parameter parameter) => parameter switch
    {
        IntegerParameter => "int",
        NumberParameter => "double",
        BooleanParameter => "bool",
        ChoiceParameter choice => string.Join('|', choice.Choices),
        NumberListParameter => "double list",
        NameListParameter => "string list",
        _ => parameter.Kind,
    };
}
