namespace Mesh.AppHost.Local.Running;

/// <summary>
/// How long to wait before a replica that ended is started again. Starts that never became healthy wait longer and longer until
/// it is given up; one healthy moment and all is forgotten.
/// </summary>
internal sealed class RestartPolicy(RunPace pace)
{
    public int FailedStarts { get; private set; }

    /// <returns>The delay, or null to give up.</returns>
    public TimeSpan? AfterExit(bool wasHealthy)
    {
        if (wasHealthy)
        {
            FailedStarts = 0;
            return pace.RestartDelays[0];
        }
        return FailedStarts++ < pace.RestartDelays.Count ? pace.RestartDelays[FailedStarts - 1] : null;
    }
}
