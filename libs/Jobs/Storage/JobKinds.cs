using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.Groups;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Storage;

namespace Mesh.Jobs.Storage;

/// <summary>The kinds of job this service has, by name.</summary>
internal sealed class JobKinds<TDb>(IEnumerable<JobKind<TDb>> kinds)
    where TDb : MeshDb
{
    private readonly Dictionary<string, JobKind<TDb>> _kinds = kinds.ToDictionary(kind => kind.Name);

    /// <summary>Names of the kinds that are groups.</summary>
    public IReadOnlyList<string> Groups { get; } = [.. kinds.OfType<GroupKind<TDb>>().Select(kind => kind.Name)];

    public JobKind<TDb> Get(string name) =>
        _kinds.TryGetValue(name, out var kind) ? kind : throw new InvalidOperationException($"No job kind \"{name}\" is registered.");

    /// <summary>Null for jobs that have a worker.</summary>
    public GroupKind<TDb>? FindGroup(string name) => _kinds.GetValueOrDefault(name) as GroupKind<TDb>;

    /// <summary>Tells the kind of a job that has just ended.</summary>
    public Task TellEndAsync(TDb db, JobRow job, CancellationToken cancel) => job.State == JobState.Succeeded
        ? Get(job.Kind).OnCompletedAsync(db, job, Any.Parser.ParseFrom(job.Result), cancel)
        : Get(job.Kind).OnEndedAsync(db, job, cancel);
}
