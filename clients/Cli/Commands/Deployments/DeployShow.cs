using System.CommandLine;
using Mesh.Cli.Running;
using Mesh.Registry.V1;

namespace Mesh.Cli.Commands.Deployments;

internal sealed class DeployShow : MeshCommand
{
    private readonly Argument<string> _id = new("DEPLOYMENT") { Description = "The deployment." };

    public DeployShow()
        : base("show", "Shows a deployment and its replicas.", "mesh deploy show fashion-mnist") => Add(_id);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var name = Names.Of(run, "deployments", run.Get(_id));
        var deployment = await run.Mesh.Deployments.GetDeploymentAsync(new GetDeploymentRequest { Name = name }, cancellationToken: run.Cancel);
        run.Show(deployment, output => DeploymentText.Write(output, deployment));
        return ExitCode.Ok;
    }
}
