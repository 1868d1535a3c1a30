using Mesh.ServiceDefaults.Storage;

namespace Mesh.Jobs.Storage;

/// <summary>The kinds of job this service has, by name.</summary>
internal sealed class JobKinds<TDb>(IEnumerable<JobKind<TDb>> kinds)
    where TDb : MeshDb
{
    private readonly Dictionary<string, JobKind<TDb>> _kinds = kinds.ToDictionary(kind => kind.Name);

    public JobKind<TDb> Get(string name) =>
        _kinds.TryGetValue(name, out var kind) ? kind : throw new InvalidOperationException($"No job kind \"{name}\" is registered.");
}
