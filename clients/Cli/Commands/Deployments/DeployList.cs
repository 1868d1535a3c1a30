using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Client.Listing;
using Mesh.Registry.V1;

namespace Mesh.Cli.Commands.Deployments;

internal sealed class DeployList : MeshCommand
{
    public DeployList()
        : base("list", "Lists the deployments of the project.", "mesh deploy list")
    {
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var deployments = await run.Mesh.ListDeploymentsAsync(run.Project, run.Cancel).ToListAsync(run.Cancel);
        run.ShowTable(new ListDeploymentsResponse { Deployments = { deployments } }, deployments, $"{run.Project} has no deployments. Make one: {run.Command("deploy create --help")}",
            ["DEPLOYMENT", "MODEL", "VERSION", "READY", "CREATED"],
            d => [Names.Id(d.Name), Names.Short(d.Model), d.ModelVersion.Length > 0 ? Names.Id(d.ModelVersion) : "-", DeploymentText.Ready(d), Amount.At(d.CreateTime)]);
        return ExitCode.Ok;
    }
}
