using System.Collections.Concurrent;

namespace Mesh.ServiceDefaults.Watching;

/// <summary>
/// Wakes whoever waits for a resource of this process to change. Only a shortcut: the database is the truth, and waiters
/// look there at least once a second (a change may come from another replica).
/// </summary>
public sealed class ChangeSignals
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiters = new();

    /// <summary>Names that somebody waits for.</summary>
    public int Count => _waiters.Count;

    /// <summary>Wakes all who wait for <paramref name="name"/>.</summary>
    public void Pulse(string name)
    {
        if (_waiters.TryRemove(name, out var waiter))
        {
            waiter.TrySetResult();
        }
    }

    /// <summary>A task that the next pulse completes. Take it before reading the state, or a change may slip between.</summary>
    public Task Next(string name) =>
        _waiters.GetOrAdd(name, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
}
