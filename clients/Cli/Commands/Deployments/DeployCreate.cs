using System.CommandLine;
using Mesh.Cli.Running;
using Mesh.Client.Retrying;
using Mesh.Registry.V1;

namespace Mesh.Cli.Commands.Deployments;

internal sealed class DeployCreate : MeshCommand
{
    private readonly Argument<string> _id = new("DEPLOYMENT") { Description = "Its id; also the model_name that Open Inference Protocol clients use." };
    private readonly Option<string> _model = new("--model", "-m") { Description = "MODEL/VERSION or MODEL@ALIAS; MODEL alone means MODEL@production. [default: the deployment's id]", HelpName = "MODEL" };
    private readonly Option<int> _replicas = new("--replicas") { Description = "Replicas that serve it; 0 means every one. [default: 0]", HelpName = "N" };
    private readonly Option<bool> _noWait = new("--no-wait") { Description = "Do not wait until replicas are ready." };

    public DeployCreate()
        : base("create", "Serves a model and waits until its replicas are ready.",
            "mesh deploy create fashion-mnist --model fashion-mnist@production", "mesh deploy create canary --model fashion-mnist/3 --replicas 1")
    {
        Add(_id);
        Add(_model);
        Add(_replicas);
        Add(_noWait);
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var request = new CreateDeploymentRequest
        {
            Parent = run.Project,
            DeploymentId = run.Get(_id),
            Deployment = new Deployment { Model = Names.ServedModel(run, run.Get(_model) ?? run.Get(_id)), Replicas = run.Get(_replicas) },
            RequestId = CommandRun.NewRequestId(),
        };
        var deployment = await run.Mesh.PatientlyAsync(mesh => mesh.Deployments.CreateDeploymentAsync(request, cancellationToken: run.Cancel), run.Cancel);
        if (!run.Get(_noWait))
        {
            deployment = await run.Terminal.StageAsync("deploy", stage => DeploymentWait.UntilReadyAsync(run, deployment.Name, "", preferred: 1, stage));
        }

        run.Show(deployment, output =>
        {
            DeploymentText.Write(output, deployment);
            output.WriteLine($"\nNext: {run.Command($"predict {Names.Id(deployment.Name)} IMAGE")}");
        });
        return ExitCode.Ok;
    }
}
