namespace Mesh.AppHost.Local.Running;

/// <summary>The times a run goes by.</summary>
internal sealed record RunPace
{
    /// <summary>From SIGTERM to SIGKILL.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>Before the second start of a replica that never became healthy, the third, and so on; after the last it is given up.</summary>
    public IReadOnlyList<TimeSpan> RestartDelays { get; init; } =
        [TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(10)];
}
