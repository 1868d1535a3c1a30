using Mesh.Jobs.Launching;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;

namespace Mesh.Jobs.Scheduling;

/// <summary>An attempt whose worker this process started.</summary>
/// <param name="resources">What it holds of this machine.</param>
internal sealed class RunningAttempt(string name, int attempt, JobResources resources, ILaunchedWorker worker, TimeProvider time)
{
    /// <summary>For an orderly exit after the last call: telemetry is sent, native libraries unload.</summary>
    private static readonly TimeSpan ExitTime = TimeSpan.FromSeconds(5);

    private long? _cancelledAt;
    private long? _overAt;

    public string Name => name;

    public int Attempt => attempt;

    public JobResources Resources => resources;

    public ILaunchedWorker Worker => worker;

    /// <summary>Completes when the worker is gone and the job's row says so.</summary>
    public Task Watch { get; set; } = Task.CompletedTask;

    /// <summary>Takes note of how the job stands now.</summary>
    public void Observe(JobStanding? job)
    {
        if (job is null || job.Attempt != attempt || !job.HasWorker)
        {
            _overAt ??= time.GetTimestamp();
        }
        else if (job.State == JobState.Cancelling)
        {
            _cancelledAt ??= time.GetTimestamp();
        }
    }

    /// <summary>
    /// Whether the worker should be gone by now: it was asked to cancel <paramref name="grace"/> ago, or its attempt has
    /// been over for a few seconds.
    /// </summary>
    public bool IsOverdue(TimeSpan grace) =>
        _overAt is { } over ? time.GetElapsedTime(over) > ExitTime
        : _cancelledAt is { } cancelled && time.GetElapsedTime(cancelled) > grace;
}
