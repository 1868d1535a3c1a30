using System.Collections.Concurrent;
using Mesh.Jobs.Groups;
using Mesh.Jobs.Launching;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Storage;
using Mesh.ServiceDefaults.Watching;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Jobs.Scheduling;

/// <summary>
/// Runs the queue of this service. Each pass, at least once a second:
/// 1. jobs of silent workers are taken back;
/// 2. workers that have lost their job, or ignore a cancellation, are killed;
/// 3. groups that nobody works for any more are ended;
/// 4. the jobs that have waited longest are claimed while they fit, and a worker is launched for each.
/// When the service stops, workers are asked to checkpoint and leave while the service still answers them.
/// </summary>
internal sealed class JobScheduler<TDb>(
    JobQueue<TDb> queue, GroupCare<TDb> groups, JobStore<TDb> store, ILauncher launcher, WorkerEnvironment environment, WorkerLogs logs,
    ChangeSignals signals, IHostApplicationLifetime lifetime, IOptions<JobOptions> options, TimeProvider time, ILogger<JobScheduler<TDb>> logger)
    : BackgroundService, IHostedLifecycleService
    where TDb : MeshDb
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(string Name, int Attempt), RunningAttempt> _running = new();
    private readonly JobResources _machine = JobResources.Of(options.Value);
    private readonly CancellationTokenSource _leaving = new();
    private Task _loop = Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        // Workers call back, so nothing starts before the ports are bound.
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var onStarted = lifetime.ApplicationStarted.Register(() => started.TrySetResult());
        await started.Task.WaitAsync(stop);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, _leaving.Token);
        _loop = LoopAsync(either.Token);
        await _loop;
    }

    Task IHostedLifecycleService.StartingAsync(CancellationToken cancel) => Task.CompletedTask;

    Task IHostedLifecycleService.StartedAsync(CancellationToken cancel) => Task.CompletedTask;

    /// <summary>Comes before any hosted service stops: Kestrel still takes the workers' last calls.</summary>
    async Task IHostedLifecycleService.StoppingAsync(CancellationToken cancel)
    {
        await _leaving.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await StopWorkersAsync(cancel);
    }

    Task IHostedLifecycleService.StoppedAsync(CancellationToken cancel) => Task.CompletedTask;

    private async Task LoopAsync(CancellationToken stop)
    {
        var tookBack = false;
        while (!stop.IsCancellationRequested)
        {
            var wake = signals.Next(JobTransaction<TDb>.QueueSignal);
            try
            {
                // Before anything is claimed, or it would take back what this process has just started.
                if (!tookBack)
                {
                    await TakeBackAsync(stop);
                    tookBack = true;
                }

                await ExpireAsync(stop);
                await SuperviseAsync(stop);
                await groups.SettleAsync(stop);
                await ClaimAsync(stop);
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                logger.PassFailed(e);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.WhenAny(wake, Task.Delay(Poll, time, stop));
        }
    }

    private async Task TakeBackAsync(CancellationToken stop)
    {
        if (!await queue.OwnsDatabaseAsync(stop))
        {
            return;
        }

        if (await queue.TakeBackAllAsync(stop) is > 0 and var count)
        {
            logger.TookBack(count);
        }

        foreach (var job in await queue.FailImpossibleAsync(_machine, stop))
        {
            logger.CannotRun(job.Name);
        }
    }

    private async Task ExpireAsync(CancellationToken stop)
    {
        foreach (var job in await queue.ExpireLeasesAsync(stop))
        {
            logger.LeaseExpired(job.Name, job.Attempt, job.State.ToString());
        }
    }

    private async Task SuperviseAsync(CancellationToken stop)
    {
        if (_running.IsEmpty)
        {
            return;
        }

        var jobs = (await queue.ReadAsync([.. _running.Keys.Select(key => key.Name).Distinct()], stop)).ToDictionary(job => job.Name);
        foreach (var attempt in _running.Values)
        {
            attempt.Observe(jobs.GetValueOrDefault(attempt.Name));
            if (attempt.IsOverdue(options.Value.StopGrace))
            {
                logger.WorkerKilled(attempt.Name, attempt.Attempt);
                attempt.Worker.Kill();
            }
        }
    }

    private async Task ClaimAsync(CancellationToken stop)
    {
        while (options.Value.ConcurrentJobs == 0 || _running.Count < options.Value.ConcurrentJobs)
        {
            var free = _running.Values.Aggregate(_machine, (left, attempt) => left - attempt.Resources);
            if (free.Cpus <= 0)
            {
                return;
            }

            var token = RunToken.New();
            if (await queue.ClaimNextAsync(_machine, free, RunToken.Hash(token), stop) is not { } job)
            {
                return;
            }

            await LaunchAsync(job, token);
        }
    }

    private async Task LaunchAsync(JobRow job, string token)
    {
        var resources = job.Resources.CappedBy(_machine);
        try
        {
            var launch = new WorkerLaunch(job.Name, job.Attempt, environment.Of(job, resources, token), logs.PathOf(job.Name));
            var attempt = new RunningAttempt(job.Name, job.Attempt, resources, await launcher.LaunchAsync(launch), time);
            _running[(job.Name, job.Attempt)] = attempt;
            attempt.Watch = WatchAsync(job, attempt);
        }
        catch (WorkerLaunchException e)
        {
            logger.LaunchFailed(job.Name, e);
            await queue.AttemptExitedAsync(job.Name, job.Attempt, "no process started", CancellationToken.None);
            return;
        }

        logger.AttemptStarted(job.Name, job.Attempt);
        Telemetry.AttemptsStarted.Add(1, new KeyValuePair<string, object?>("mesh.job.kind", job.Kind));
        if (job.Attempt == 1)
        {
            Telemetry.QueueTime.Record(TimeSpan.FromTicks(job.StartedTicks!.Value - job.CreatedTicks).TotalSeconds);
        }
    }

    private async Task WatchAsync(JobRow job, RunningAttempt attempt)
    {
        Telemetry.Running.Add(1);
        var how = await attempt.Worker.Exited;
        try
        {
            if (await queue.AttemptExitedAsync(job.Name, job.Attempt, how, CancellationToken.None) is { State: var state })
            {
                logger.AttemptCrashed(job.Name, job.Attempt, how, state.ToString());
            }
        }
        catch (Exception e)
        {
            // The lease runs out and the job is taken back then.
            logger.PassFailed(e);
        }

        Telemetry.Running.Add(-1);
        _running.TryRemove((job.Name, job.Attempt), out _);
        signals.Pulse(JobTransaction<TDb>.QueueSignal);
    }

    private async Task StopWorkersAsync(CancellationToken cancel)
    {
        var leaving = _running.Values.ToList();
        foreach (var attempt in leaving)
        {
            // Marked first, so that a worker that leaves without a word is not counted as a crash.
            await store.RequestYieldAsync(attempt.Name, CancellationToken.None);
            attempt.Worker.RequestStop();
        }

        var gone = Task.WhenAll(leaving.Select(attempt => attempt.Watch));
        await Task.WhenAny(gone, Task.Delay(options.Value.StopGrace, time, cancel));
        foreach (var attempt in leaving.Where(a => !a.Watch.IsCompleted))
        {
            logger.WorkerKilled(attempt.Name, attempt.Attempt);
            attempt.Worker.Kill();
        }

        await gone;
    }
}
