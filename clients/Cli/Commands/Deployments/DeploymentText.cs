using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Registry.V1;

namespace Mesh.Cli.Commands.Deployments;

/// <summary>A deployment, in words.</summary>
internal static class DeploymentText
{
    /// <summary>"2 of 2".</summary>
    public static string Ready(Deployment deployment) =>
        $"{deployment.ReadyReplicas} of {(deployment.Replicas > 0 ? deployment.Replicas : deployment.ReplicaStatus.Count)}";

    public static void Write(TextWriter output, Deployment deployment)
    {
        TextTable.WriteFields(output,
        [
            ("deployment", deployment.Name),
            ("model", deployment.Model),
            ("version", deployment.ModelVersion),
            ("ready", Ready(deployment)),
            ("created", $"{Amount.At(deployment.CreateTime)} by {deployment.Creator}"),
        ]);
        if (deployment.ReplicaStatus.Count > 0)
        {
            output.WriteLine();
            TextTable.Write(output, ["REPLICA", "STATE", "VERSION", "ERROR"],
                deployment.ReplicaStatus.Select(r => (string[])[r.ReplicaId, r.State.ToString().ToLowerInvariant(), Names.Short(r.ModelVersion), r.Error]));
        }
    }
}
