using Mesh.Registry.V1;

namespace Mesh.Registry.Serving;

/// <summary>Tells apart what a router or a watcher must hear at once from what may wait, such as counts.</summary>
internal static class Routes
{
    /// <summary>Whether requests would go the same ways: address, accepting, and which version is served in which state.</summary>
    public static bool Same(ReplicaReport a, ReplicaReport b) =>
        a.Address == b.Address && a.Accepting == b.Accepting && a.Models.Count == b.Models.Count
        && a.Models.Zip(b.Models).All(pair => pair.First.Deployment == pair.Second.Deployment && Same(pair.First, pair.Second));

    /// <summary>Names of the deployments whose status on this replica differs.</summary>
    public static IReadOnlyList<string> Changed(ReplicaReport? before, ReplicaReport? after)
    {
        if (before is not null && after is not null && Same(before, after) && before.Models.Zip(after.Models).All(p => p.First.Error == p.Second.Error))
        {
            return [];
        }

        var old = (before?.Models ?? []).ToDictionary(m => m.Deployment);
        var changed = new List<string>();
        foreach (var model in after?.Models ?? [])
        {
            if (!old.Remove(model.Deployment, out var was) || !Same(was, model) || was.Error != model.Error)
            {
                changed.Add(model.Deployment);
            }
        }

        return [.. changed, .. old.Keys];
    }

    /// <summary>Whether requests for the model can be answered, in whatever version.</summary>
    public static bool Serves(ServedModel model) => model.ModelVersion.Length > 0 && model.State != ServedModelState.Unloading;

    private static bool Same(ServedModel a, ServedModel b) => a.ModelVersion == b.ModelVersion && a.State == b.State;
}
