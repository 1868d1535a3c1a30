using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Client.Listing;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Processed;

internal sealed class ProcessedList : MeshCommand
{
    public ProcessedList()
        : base("list", "Lists the processed datasets of the project.", "mesh processed list")
    {
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var all = await run.Mesh.ListProcessedDatasetsAsync(run.Project, run.Cancel).ToListAsync(run.Cancel);
        run.ShowTable(new ListProcessedDatasetsResponse { ProcessedDatasets = { all } }, all,
            $"{run.Project} has no processed datasets. Make one: {run.Command("pipeline run PIPELINE DATASET")}",
            ["PROCESSED", "BY", "OF", "ROWS", "CREATED"],
            made => [Names.Id(made.Name), Names.Short(made.PipelineRun).Split('/')[0], Names.Short(made.DatasetVersion), ProcessedText.Rows(made), Amount.At(made.CreateTime)]);
        return ExitCode.Ok;
    }
}
