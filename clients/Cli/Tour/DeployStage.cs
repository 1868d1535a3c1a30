using Mesh.Cli.Commands.Deployments;
using Mesh.Cli.Running;
using Mesh.Client.Retrying;
using Mesh.Registry.V1;

namespace Mesh.Cli.Tour;

/// <summary>Serves the alias, and waits until every replica serves the new version.</summary>
internal static class DeployStage
{
    public static Task<Deployment> RunAsync(TourRun tour, string modelVersion) => tour.StageAsync("deploy", async stage =>
    {
        var (run, name) = (tour.Command, tour.Name("deployments"));
        var model = $"{tour.Name("models")}/aliases/{TrainingStage.Alias}";
        var create = new CreateDeploymentRequest
        {
            Parent = run.Project,
            DeploymentId = TourRun.Id,
            Deployment = new Deployment { Model = model },
            RequestId = tour.RequestId("deployment"),
        };
        var (deployment, _) = await run.GetOrCreateAsync(
            mesh => mesh.Deployments.GetDeploymentAsync(new GetDeploymentRequest { Name = name }, cancellationToken: run.Cancel),
            mesh => mesh.Deployments.CreateDeploymentAsync(create, cancellationToken: run.Cancel));
        if (deployment.Model != model)
        {
            var update = new UpdateDeploymentRequest { Name = name, Model = model };
            await run.Mesh.PatientlyAsync(mesh => mesh.Deployments.UpdateDeploymentAsync(update, cancellationToken: run.Cancel), run.Cancel);
        }

        return await DeploymentWait.UntilReadyAsync(run, name, modelVersion, preferred: 2, stage);
    });
}
