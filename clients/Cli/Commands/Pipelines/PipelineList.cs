using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Client.Listing;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Pipelines;

internal sealed class PipelineList : MeshCommand
{
    public PipelineList()
        : base("list", "Lists the pipelines of the project.", "mesh pipeline list")
    {
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var pipelines = await run.Mesh.ListPipelinesAsync(run.Project, run.Cancel).ToListAsync(run.Cancel);
        run.ShowTable(new ListPipelinesResponse { Pipelines = { pipelines } }, pipelines, $"{run.Project} has no pipelines. Make one: {run.Command("pipeline create --help")}",
            ["PIPELINE", "TRANSFORMS", "CREATED"],
            pipeline => [Names.Id(pipeline.Name), string.Join(", ", pipeline.Transforms.Select(t => t.Type)), Amount.At(pipeline.CreateTime)]);
        return ExitCode.Ok;
    }
}
