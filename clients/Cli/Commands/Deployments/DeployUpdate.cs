using System.CommandLine;
using Mesh.Cli.Running;
using Mesh.Registry.V1;

namespace Mesh.Cli.Commands.Deployments;

internal sealed class DeployUpdate : MeshCommand
{
    private readonly Argument<string> _id = new("DEPLOYMENT") { Description = "The deployment." };
    private readonly Option<string> _model = new("--model", "-m") { Description = "MODEL/VERSION or MODEL@ALIAS. [default: unchanged]", HelpName = "MODEL" };
    private readonly Option<int?> _replicas = new("--replicas") { Description = "Replicas that serve it; 0 means every one. [default: unchanged]", HelpName = "N" };
    private readonly Option<bool> _noWait = new("--no-wait") { Description = "Do not wait until replicas are ready." };

    public DeployUpdate()
        : base("update", "Changes what a deployment serves; the old version is served until the new one is ready.",
            "mesh deploy update fashion-mnist --model fashion-mnist/4")
    {
        Add(_id);
        Add(_model);
        Add(_replicas);
        Add(_noWait);
        Validators.Add(result =>
        {
            if (result.GetResult(_model) is null && result.GetResult(_replicas) is null)
            {
                result.AddError("Give --model, --replicas or both.");
            }
        });
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var request = new UpdateDeploymentRequest { Name = Names.Of(run, "deployments", run.Get(_id)) };
        if (run.Get(_model) is { } model)
        {
            request.Model = Names.ServedModel(run, model);
        }

        if (run.Get(_replicas) is { } replicas)
        {
            request.Replicas = replicas;
        }

        var deployment = await run.Mesh.Deployments.UpdateDeploymentAsync(request, cancellationToken: run.Cancel);
        if (!run.Get(_noWait))
        {
            deployment = await run.Terminal.StageAsync("deploy", stage => DeploymentWait.UntilReadyAsync(run, deployment.Name, deployment.ModelVersion, preferred: 1, stage));
        }

        run.Show(deployment, output => DeploymentText.Write(output, deployment));
        return ExitCode.Ok;
    }
}
