using Mesh.AppHost.Local.ApplicationModel;

namespace Mesh.AppHost.Local.Running;

/// <summary>Where every replica listens.</summary>
internal sealed class Addresses(IReadOnlyDictionary<Resource, Replica[]> replicas)
{
    /// <summary>One URL for each replica.</summary>
    public IReadOnlyList<string> Of(Resource resource, string endpoint) => [.. replicas[resource].Select(replica => replica.Url(endpoint))];
}
