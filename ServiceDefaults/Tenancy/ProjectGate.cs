using Grpc.Core;
using Mesh.Identity.V1;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.ServiceDefaults.Tenancy;

/// <summary>
/// Lets a create through only when its project exists and is not being deleted, and knows which creates are under way,
/// so that a deletion can wait for them. Active projects are remembered for a moment: under load a create costs no extra call.
/// </summary>
public sealed class ProjectGate(ProjectService.ProjectServiceClient identity, TimeProvider time)
{
    private static readonly TimeSpan Remember = TimeSpan.FromSeconds(1);

    /// <summary>
    /// What another replica may still create after a project was marked: it remembers the project for a second and then
    /// has this long to write its last row.
    /// </summary>
    private static readonly TimeSpan OtherReplicas = Remember + TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Room> _rooms = [];

    /// <returns>To be held until what is created is in the database.</returns>
    /// <exception cref="MeshException">NOT_FOUND for an unknown project, FAILED_PRECONDITION for one being deleted.</exception>
    public async Task<IDisposable> EnterAsync(string project, CancellationToken cancel)
    {
        // Counted before Identity is asked: who closes the gate after the answer was given must wait for this create.
        var creating = Enter(project, out var known);
        try
        {
            if (!known)
            {
                var asked = time.GetTimestamp();
                await RequireActiveAsync($"projects/{project}", cancel);
                creating.Remember(asked);
            }

            return creating;
        }
        catch
        {
            creating.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Called once Identity has marked the project: from here on every create asks Identity, and when this returns those
    /// let through before are in the database or have failed.
    /// </summary>
    /// <param name="isShared">Other replicas write to the same database, with gates of their own.</param>
    internal async Task CloseAsync(string project, bool isShared, CancellationToken cancel)
    {
        var underWay = Forget(project);
        if (isShared)
        {
            await Task.Delay(OtherReplicas, time, cancel);
        }

        await underWay.WaitAsync(cancel);
    }

    private Creating Enter(string project, out bool known)
    {
        lock (_lock)
        {
            if (!_rooms.TryGetValue(project, out var room))
            {
                _rooms[project] = room = new Room();
            }

            known = room.SeenActive is { } seen && time.GetElapsedTime(seen) < Remember;
            var creating = new Creating(this, project, room);
            room.Inside.Add(creating);
            return creating;
        }
    }

    private Task Forget(string project)
    {
        lock (_lock)
        {
            if (!_rooms.TryGetValue(project, out var room))
            {
                return Task.CompletedTask;
            }

            room.SeenActive = null;
            room.Generation++;
            return Task.WhenAll(room.Inside.Select(creating => creating.Left));
        }
    }

    private async Task RequireActiveAsync(string name, CancellationToken cancel)
    {
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
    }

    /// <summary>A project's creates. Kept while there are some, or while the project is known to be active.</summary>
    private sealed class Room
    {
        public HashSet<Creating> Inside { get; } = [];

        /// <summary>When Identity was asked and said that it is; null when nobody knows.</summary>
        public long? SeenActive { get; set; }

        /// <summary>How often it was forgotten: what was asked before that is not remembered afterwards.</summary>
        public int Generation { get; set; }
    }

    private sealed class Creating(ProjectGate gate, string project, Room room) : IDisposable
    {
        private readonly int _generation = room.Generation;
        private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Left => _left.Task;

        public void Remember(long asked)
        {
            lock (gate._lock)
            {
                room.SeenActive = room.Generation == _generation ? asked : room.SeenActive;
            }
        }

        public void Dispose()
        {
            lock (gate._lock)
            {
                room.Inside.Remove(this);
                if (room.Inside.Count == 0 && room.SeenActive is null)
                {
                    gate._rooms.Remove(project);
                }
            }

            _left.TrySetResult();
        }
    }
}
