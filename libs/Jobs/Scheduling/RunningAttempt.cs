using Mesh.Jobs.Launching;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;

namespace Mesh.Jobs.Scheduling;

/// <summary>An attempt whose worker this process started.</summary>
internal sealed class RunningAttempt(JobRow claim, ILaunchedWorker worker, TimeProvider time)
{
    /// <summary>For an orderly exit after the last call: telemetry is sent, native libraries unload.</summary>
    private static readonly TimeSpan ExitTime = TimeSpan.FromSeconds(5);

    private long? _leaving;

    public string Name => claim.Name;

    public int Attempt => claim.Attempt;

    public JobResources Resources => claim.Resources;

    public ILaunchedWorker Worker => worker;

    /// <summary>Completes when the worker is gone and the job's row says so.</summary>
    public Task Watch { get; set; } = Task.CompletedTask;

    /// <summary>
    /// Whether the worker should be gone by now: it was asked to cancel <paramref name="grace"/> ago, or its attempt has
    /// been over for a few seconds.
    /// </summary>
    public bool IsOverdue(JobRow? row, TimeSpan grace)
    {
        var over = row is null || row.Attempt != Attempt || !JobLife.HasWorker(row);
        if (!over && row!.State != JobState.Cancelling)
        {
            return false;
        }

        _leaving ??= time.GetTimestamp();
        return time.GetElapsedTime(_leaving.Value) > (over ? ExitTime : grace);
    }
}
