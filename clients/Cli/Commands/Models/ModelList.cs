using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Client.Listing;
using Mesh.Registry.V1;

namespace Mesh.Cli.Commands.Models;

internal sealed class ModelList : MeshCommand
{
    public ModelList()
        : base("list", "Lists the models of the project.", "mesh model list")
    {
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var models = await run.Mesh.ListModelsAsync(run.Project, run.Cancel).ToListAsync(run.Cancel);
        run.ShowTable(new ListModelsResponse { Models = { models } }, models, $"{run.Project} has no models. Train one: {run.Command("train start")}",
            ["MODEL", "LATEST", "ALIASES", "CREATED"],
            model => [Names.Id(model.Name), model.LatestVersion.ToString(), ModelText.Aliases(model), Amount.At(model.CreateTime)]);
        return ExitCode.Ok;
    }
}
