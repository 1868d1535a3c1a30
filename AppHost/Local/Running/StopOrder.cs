using Mesh.AppHost.Local.ApplicationModel;

namespace Mesh.AppHost.Local.Running;

/// <summary>Who is stopped before whom: the gateway first, what all wait for last.</summary>
internal static class StopOrder
{
    /// <summary>0 for what waits for nothing, else one more than the highest it waits for.</summary>
    public static int Level(Resource resource) => Level(resource, []);

    private static int Level(Resource resource, HashSet<Resource> path)
    {
        if (!path.Add(resource))
            throw new DistributedApplicationException($"{resource.Name} waits for itself: {string.Join(" → ", path.Select(other => other.Name))}.");
        var level = resource.Waits.Select(wait => Level(wait.Dependency, path) + 1).DefaultIfEmpty(0).Max();
        path.Remove(resource);
        return level;
    }
}
