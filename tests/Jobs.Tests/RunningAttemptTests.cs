using Mesh.Jobs.Launching;
using Mesh.Jobs.Scheduling;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Xunit;

namespace Mesh.Jobs.Tests;

/// <summary>When a worker counts as one that does not leave.</summary>
public class RunningAttemptTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    private readonly ManualTime _time = new();

    [Fact]
    public void A_worker_that_took_long_to_cancel_still_has_its_time_to_exit()
    {
        var attempt = new RunningAttempt("a", 1, default, new Idle(), _time);
        Assert.False(IsOverdue(attempt, JobState.Running, hasWorker: true, after: 0));
        Assert.False(IsOverdue(attempt, JobState.Cancelling, hasWorker: true, after: 1));
        Assert.False(IsOverdue(attempt, JobState.Cancelling, hasWorker: true, after: 8));
        Assert.False(IsOverdue(attempt, JobState.Cancelled, hasWorker: false, after: 1));
        Assert.False(IsOverdue(attempt, JobState.Cancelled, hasWorker: false, after: 4));
        Assert.True(IsOverdue(attempt, JobState.Cancelled, hasWorker: false, after: 2));
    }

    [Fact]
    public void One_that_ignores_the_cancellation_is_overdue_after_the_grace()
    {
        var attempt = new RunningAttempt("a", 1, default, new Idle(), _time);
        Assert.False(IsOverdue(attempt, JobState.Cancelling, hasWorker: true, after: 0));
        Assert.False(IsOverdue(attempt, JobState.Cancelling, hasWorker: true, after: 20));
        Assert.True(IsOverdue(attempt, JobState.Cancelling, hasWorker: true, after: 1));
    }

    private bool IsOverdue(RunningAttempt attempt, JobState state, bool hasWorker, int after)
    {
        _time.Advance(TimeSpan.FromSeconds(after));
        attempt.Observe(new JobStanding("a", 1, state, hasWorker));
        return attempt.IsOverdue(Grace);
    }

    private sealed class Idle : ILaunchedWorker
    {
        public Task<string> Exited { get; } = new TaskCompletionSource<string>().Task;

        public void RequestStop()
        {
        }

        public void Kill()
        {
        }
    }
}
