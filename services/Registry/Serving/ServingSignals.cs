using Mesh.ServiceDefaults.Watching;

namespace Mesh.Registry.Serving;

/// <summary>Who wakes whom between the streams, the loops and the calls of this process.</summary>
internal sealed class ServingSignals(ChangeSignals signals)
{
    // Not resource names, so they cannot meet one.
    private const string Targets = "serving:targets";
    private const string Replicas = "serving:replicas";
    private const string Plan = "serving:plan";

    /// <summary>Completes when deployments, or what they resolve to, change.</summary>
    public Task NextTargets() => signals.Next(Targets);

    /// <summary>Completes when a replica comes, goes or serves something else.</summary>
    public Task NextReplicas() => signals.Next(Replicas);

    /// <summary>Completes when a new plan is there.</summary>
    public Task NextPlan() => signals.Next(Plan);

    /// <param name="deployments">Names of those that changed, for their watchers.</param>
    public void TargetsChanged(IReadOnlyCollection<string> deployments)
    {
        if (deployments.Count > 0)
        {
            signals.Pulse(Targets);
            DeploymentsChanged(deployments);
        }
    }

    public void ReplicasChanged() => signals.Pulse(Replicas);

    public void PlanChanged() => signals.Pulse(Plan);

    public void DeploymentsChanged(IEnumerable<string> deployments)
    {
        foreach (var name in deployments)
        {
            signals.Pulse(name);
        }
    }
}
