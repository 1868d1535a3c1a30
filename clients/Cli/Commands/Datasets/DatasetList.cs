using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Client.Listing;
using Mesh.Ingest.V1;

namespace Mesh.Cli.Commands.Datasets;

internal sealed class DatasetList : MeshCommand
{
    public DatasetList()
        : base("list", "Lists the datasets of the project.", "mesh dataset list", "mesh dataset list --project vision --output json")
    {
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var datasets = await run.Mesh.ListDatasetsAsync(run.Project, run.Cancel).ToListAsync(run.Cancel);
        run.ShowTable(new ListDatasetsResponse { Datasets = { datasets } }, datasets, $"{run.Project} has no datasets. Make one: {run.Command("dataset upload DATASET FILES")}",
            ["DATASET", "NAME", "LATEST VERSION", "CREATED"],
            dataset => [Names.Id(dataset.Name), dataset.DisplayName, dataset.LatestVersion.Length > 0 ? Names.Id(dataset.LatestVersion) : "-", Amount.At(dataset.CreateTime)]);
        return ExitCode.Ok;
    }
}
