using Mesh.Registry.Serving;
using Mesh.Registry.V1;
using Mesh.ServiceDefaults.Storage;

namespace Mesh.Registry.Deployments;

/// <summary>A deployment as callers see it: what is wanted, from the database, and what the replicas say, from the directory.</summary>
internal sealed class DeploymentView(ServingDirectory directory)
{
    public Deployment Of(ResolvedDeployment deployment)
    {
        var view = new Deployment
        {
            Name = deployment.Name,
            Model = ModelReference.Of(deployment.Row).Name,
            Replicas = deployment.Row.Replicas,
            ModelVersion = deployment.VersionName,
            CreateTime = deployment.Row.CreatedTicks.ToTimestamp(),
            Creator = deployment.Row.Creator,
        };
        foreach (var replica in directory.Read().Replicas)
        {
            if (replica.Models.FirstOrDefault(m => m.Deployment == view.Name) is not { } served)
            {
                continue;
            }

            view.ReplicaStatus.Add(new ReplicaStatus
            {
                ReplicaId = replica.ReplicaId,
                ModelVersion = served.ModelVersion,
                State = served.State,
                Error = served.Error,
            });
            if (served.State == ServedModelState.Ready && served.ModelVersion == view.ModelVersion)
            {
                view.ReadyReplicas++;
            }
        }

        return view;
    }
}
