using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Jobs.V1;

namespace Mesh.Cli.Jobs;

/// <summary>Shows a job on a bar until it has ended.</summary>
internal static class JobFollow
{
    /// <param name="watchAgain">The command that shows it again, printed on Ctrl+C; the job itself goes on.</param>
    /// <param name="states">Its watch.</param>
    /// <param name="show">What is shown of each state; by default the job's progress.</param>
    /// <returns>The last state; the job has succeeded.</returns>
    /// <exception cref="CommandException">It failed or was cancelled.</exception>
    public static async Task<T> FollowAsync<T>(
        CommandRun run, string title, string name, string watchAgain, IAsyncEnumerable<T> states, Func<T, JobStatus> status,
        Action<T, IStage>? show = null)
    {
        try
        {
            return await run.Terminal.StageAsync(title, async stage =>
            {
                var (last, failedAttempt) = (default(T), 0);
                await foreach (var state in states)
                {
                    last = state;
                    var now = status(state);
                    if (now is { State: JobState.Queued, Error: { } error } && now.Attempt > failedAttempt)
                    {
                        failedAttempt = now.Attempt;
                        stage.Line($"attempt {now.Attempt} ended early: {error.Message} [{error.Reason}]; it is tried again");
                    }

                    if (show is null)
                    {
                        stage.Report(now.Progress?.Done ?? 0, now.Progress?.Total ?? 0, JobText.Detail(now));
                    }
                    else
                    {
                        show(state, stage);
                    }
                }

                JobText.RequireSuccess(name, status(last!));
                return last!;
            });
        }
        catch (Exception) when (run.Cancel.IsCancellationRequested)
        {
            run.Terminal.Error.WriteLine($"Stopped watching; {name} goes on. Watch it again: {watchAgain}");
            throw;
        }
    }
}
