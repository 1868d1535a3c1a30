using System.Diagnostics;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Client.Watching;
using Mesh.Registry.V1;

namespace Mesh.Cli.Commands.Deployments;

/// <summary>Waits until the replicas of a deployment serve its version.</summary>
internal static class DeploymentWait
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>How long to wait for more replicas to announce themselves than there are.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromSeconds(20);

    /// <param name="version">The version they must serve; empty means the one the deployment resolves to.</param>
    /// <param name="preferred">With a deployment on every replica: how many there should be; fewer are taken after 20 s.</param>
    /// <exception cref="CommandException">They are not ready within 3 minutes.</exception>
    public static async Task<Deployment> UntilReadyAsync(CommandRun run, string name, string version, int preferred, IStage stage)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(run.Cancel);
        limit.CancelAfter(Limit);
        Deployment? last = null;
        var start = Stopwatch.GetTimestamp();
        try
        {
            await foreach (var deployment in run.Mesh.WatchDeploymentAsync(name, limit.Token))
            {
                last = deployment;
                var needed = Needed(deployment, Stopwatch.GetElapsedTime(start) < Gathering ? preferred : 1);
                stage.Report(deployment.ReadyReplicas, needed, $"{deployment.ReadyReplicas} of {needed} replicas ready");
                if (deployment.ReadyReplicas >= needed && deployment.ModelVersion.Length > 0 && (version.Length == 0 || deployment.ModelVersion == version))
                {
                    return deployment;
                }
            }
        }
        catch (Exception) when (limit.IsCancellationRequested && !run.Cancel.IsCancellationRequested)
        {
            // Too long: told below.
        }

        run.Cancel.ThrowIfCancellationRequested();
        throw CommandException.Failed(
            $"{name} is not ready after {Amount.Time(Limit)}: {last?.ReadyReplicas ?? 0} of {(last is null ? 1 : Needed(last, 1))} replicas serve {last?.ModelVersion}."
            + string.Concat((last?.ReplicaStatus ?? []).Where(r => r.Error.Length > 0).Select(r => $"\n  {r.ReplicaId}: {Printable.Line(r.Error)}")));
    }

    private static int Needed(Deployment deployment, int atLeast) =>
        deployment.Replicas > 0 ? deployment.Replicas : Math.Max(deployment.ReplicaStatus.Count, atLeast);
}
