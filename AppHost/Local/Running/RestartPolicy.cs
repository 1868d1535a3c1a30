namespace Mesh.AppHost.Local.Running;

/// <summary>
/// How long to wait before a replica that ended is started again. Starts that never became healthy wait longer and longer and at the
/// fifth it is given up; one healthy moment and all is forgotten.
/// </summary>
internal sealed class RestartPolicy
{
    public static readonly TimeSpan[] Delays =
        [TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(10)];

    public int FailedStarts { get; private set; }

    /// <returns>The delay, or null to give up.</returns>
    public TimeSpan? AfterExit(bool wasHealthy)
    {
        if (wasHealthy)
        {
            FailedStarts = 0;
            return Delays[0];
        }
        return FailedStarts++ < Delays.Length ? Delays[FailedStarts - 1] : null;
    }
}
