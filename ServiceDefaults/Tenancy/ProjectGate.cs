using System.Collections.Concurrent;
using Grpc.Core;
using Mesh.Identity.V1;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.ServiceDefaults.Tenancy;

/// <summary>
/// Lets a create through only when its project exists and is not being deleted. Active projects are remembered for a
/// few seconds, so that a create costs no extra call under load.
/// </summary>
public sealed class ProjectGate(ProjectService.ProjectServiceClient identity, TimeProvider time)
{
    private static readonly TimeSpan Remember = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, long> _active = new();

    /// <exception cref="MeshException">NOT_FOUND for an unknown project, FAILED_PRECONDITION for one being deleted.</exception>
    public async Task RequireActiveAsync(string project, CancellationToken cancel)
    {
        if (_active.TryGetValue(project, out var seen) && time.GetElapsedTime(seen) < Remember)
        {
            return;
        }

        var name = $"projects/{project}";
        try
        {
            var found = await identity.GetProjectAsync(new GetProjectRequest { Name = name }, cancellationToken: cancel);
            if (found.State != ProjectState.Active)
            {
                throw MeshError.Precondition("PROJECT_DELETING", $"{name} is being deleted.");
            }
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            throw MeshError.NotFound(name);
        }

        _active[project] = time.GetTimestamp();
    }

    internal void Forget(string project) => _active.TryRemove(project, out _);
}
