using Mesh.Registry.V1;

namespace Mesh.Registry.Serving;

/// <summary>What each live replica should serve.</summary>
internal sealed class ServingPlan
{
    private readonly Dictionary<string, List<DesiredModel>> _models;

    private ServingPlan(Dictionary<string, List<DesiredModel>> models) => _models = models;

    /// <returns>Null for a replica that was not live when the plan was made.</returns>
    public IReadOnlyList<DesiredModel>? For(string replicaId) => _models.GetValueOrDefault(replicaId);

    /// <summary>
    /// Gives each deployment to the replicas that <see cref="Assignment"/> chooses. A replica that serves it and is not
    /// chosen any more keeps it until all chosen ones are ready, so that a move leaves no moment without an answer.
    /// </summary>
    public static ServingPlan Make(IReadOnlyList<ServingTarget> targets, IReadOnlyList<ReplicaReport> live)
    {
        var models = live.ToDictionary(r => r.ReplicaId, _ => new List<DesiredModel>());
        foreach (var target in targets)
        {
            var desired = new DesiredModel
            {
                Deployment = target.Deployment,
                ModelVersion = target.ModelVersion,
                BundleSha256 = target.BundleSha256,
                BundleSizeBytes = target.BundleSizeBytes,
            };
            var chosen = Assignment.Choose(target.Deployment, target.Replicas, live);
            var moving = live.Any(r => chosen.Contains(r.ReplicaId) && !IsReady(r, target));
            foreach (var replica in live)
            {
                if (chosen.Contains(replica.ReplicaId) || (moving && Serves(replica, target)))
                {
                    models[replica.ReplicaId].Add(desired);
                }
            }
        }

        return new ServingPlan(models);
    }

    private static bool IsReady(ReplicaReport replica, ServingTarget target) => replica.Models.Any(
        m => m.Deployment == target.Deployment && m.ModelVersion == target.ModelVersion && m.State == ServedModelState.Ready);

    private static bool Serves(ReplicaReport replica, ServingTarget target) =>
        replica.Models.Any(m => m.Deployment == target.Deployment && Routes.Serves(m));
}
