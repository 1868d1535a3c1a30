using System.CommandLine;
using Mesh.Cli.Running;
using Mesh.Registry.V1;

namespace Mesh.Cli.Commands.Deployments;

internal sealed class DeployDelete : MeshCommand
{
    private readonly Argument<string> _id = new("DEPLOYMENT") { Description = "The deployment; its model stays." };

    public DeployDelete()
        : base("delete", "Stops serving a model.", "mesh deploy delete fashion-mnist") => Add(_id);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var name = Names.Of(run, "deployments", run.Get(_id));
        var empty = await run.Mesh.Deployments.DeleteDeploymentAsync(new DeleteDeploymentRequest { Name = name }, cancellationToken: run.Cancel);
        run.Show(empty, output => output.WriteLine($"Deleted {name}."));
        return ExitCode.Ok;
    }
}
