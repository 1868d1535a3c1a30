using System.Diagnostics;
using Mesh.Jobs.Launching;
using Mesh.Jobs.V1;
using Mesh.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Xunit;

namespace Mesh.Jobs.Tests;

/// <summary>Workers and services that die, stop and come back.</summary>
public class WorkerFaultTests
{
    [Theory]
    [InlineData(JobsHost.Sqlite)]
    [InlineData(JobsHost.Postgres)]
    public async Task A_killed_worker_is_followed_by_one_that_resumes(string database)
    {
        using var state = new TemporaryFolder();
        await using var host = await JobsHost.StartAsync(state, await JobsHost.DatabaseAsync(database));
        var job = await host.CreateAsync("a", until: 20, holdAt: 10);
        await host.ReachesAsync(job, row => row.RecordedSequence >= 10, "ten numbers are counted");
        WorkerProcesses.Signal(WorkerProcesses.Of(job.Name, 1).Single(), WorkerProcesses.SigKill);

        var ended = await host.EndAsync(job);
        // The second attempt got further, so the crash is forgotten.
        Assert.Equal((JobState.Succeeded, 2, 0), (ended.State, ended.Attempt, ended.Failures));
        await AssertCountedOnceAsync(host, ended, until: 20, attempts: [1, 2]);
        host.Logs.AssertNoErrors();
    }

    [Fact]
    public async Task Workers_that_die_further_on_each_time_do_not_end_their_job()
    {
        using var state = new TemporaryFolder();
        await using var host = await JobsHost.StartAsync(state, settings: "--Jobs:MaxAttempts=2");
        var ended = await host.EndAsync(await host.CreateAsync("a", mode: "crash-further"));
        Assert.Equal((JobState.Succeeded, 5), (ended.State, ended.Attempt));
    }

    [Fact]
    public async Task A_zombie_that_wakes_after_it_lost_its_lease_changes_nothing()
    {
        using var state = new TemporaryFolder();
        await using var host = await JobsHost.StartAsync(
            state, null, builder => builder.Services.AddSingleton<ILauncher, SparingLauncher>(), "--Jobs:LeaseSeconds=6");
        // Slow, so that it cannot be through before it is stopped, and has a number to report when it wakes.
        var job = await host.CreateAsync("a", until: 400, pauseMs: 50);
        await host.ReachesAsync(job, row => row.RecordedSequence >= 10, "ten numbers are counted");
        var first = (await host.GetAsync(job)).Attempt;
        var zombie = WorkerProcesses.Of(job.Name, first).Single();
        WorkerProcesses.Signal(zombie, WorkerProcesses.SigStop);
        await host.ReachesAsync(job, row => row.Attempt == first + 1 && row.RecordedSequence > 2, "the second attempt counts");
        WorkerProcesses.Signal(zombie, WorkerProcesses.SigCont);
        await Eventually.BecomesTrueAsync(() => !WorkerProcesses.IsAlive(zombie), JobsHost.Patience, "the zombie notices and leaves");

        var ended = await host.EndAsync(job);
        // The worker had made progress, so the lost lease is no failure.
        Assert.Equal((JobState.Succeeded, first + 1, 0), (ended.State, ended.Attempt, ended.Failures));
        await AssertCountedOnceAsync(host, ended, until: 400, attempts: [first, first + 1]);
        host.Logs.AssertNoErrors();
    }

    [Fact]
    public async Task When_the_service_stops_workers_yield_and_the_next_service_goes_on()
    {
        using var state = new TemporaryFolder();
        var host = await JobsHost.StartAsync(state);
        var job = await host.CreateAsync("a", until: 20, holdAt: 10);
        await host.ReachesAsync(job, row => row.RecordedSequence >= 10, "ten numbers are counted");
        var worker = WorkerProcesses.Of(job.Name, 1).Single();
        await host.StopAsync();
        Assert.False(WorkerProcesses.IsAlive(worker));
        host.Logs.AssertNoErrors();
        Assert.DoesNotContain(host.Logs.Entries, e => e.Level == LogLevel.Warning);

        await using var next = await JobsHost.StartAsync(state);
        var ended = await next.EndAsync(job);
        Assert.Equal((JobState.Succeeded, 2, 0), (ended.State, ended.Attempt, ended.Failures));
        await AssertCountedOnceAsync(next, ended, until: 20, attempts: [1, 2]);
        next.Logs.AssertNoErrors();
    }

    [Fact]
    public async Task No_worker_outlives_a_killed_service_and_its_job_goes_on()
    {
        using var state = new TemporaryFolder();
        // Creates the database and the job, then leaves it to a service process of its own. The job waits behind one that
        // holds all cores, yields when the service stops, and is through at once in the next.
        var first = await JobsHost.StartAsync(state);
        var blocker = await first.CreateAsync("blocker", until: 2, holdAt: 1, cpus: 2);
        await first.ReachesAsync(blocker, row => row.RecordedSequence == 1, "the blocker runs");
        var job = await first.CreateAsync("a", until: 20, holdAt: 10, cpus: 2);
        await first.StopAsync();

        using var service = Process.Start(new ProcessStartInfo("dotnet", ["exec", JobsHost.WorkerCommand[2]])
        {
            Environment = { ["MESH_STATE"] = state.Path, ["Jobs__Cpus"] = "2" },
            RedirectStandardOutput = true,
        })!;
        await using (var view = new CountingView(state))
        {
            await Eventually.BecomesTrueAsync(async () => (await view.GetAsync(job.Name)).RecordedSequence >= 10, JobsHost.Patience, "numbers are counted");
        }

        var worker = WorkerProcesses.Of(job.Name, 1).Single();
        service.Kill();
        await Eventually.BecomesTrueAsync(() => !WorkerProcesses.IsAlive(worker), TimeSpan.FromSeconds(10), "the orphan is gone");

        await using var next = await JobsHost.StartAsync(state);
        var ended = await next.EndAsync(job);
        Assert.Equal((JobState.Succeeded, 2, 0), (ended.State, ended.Attempt, ended.Failures));
        await AssertCountedOnceAsync(next, ended, until: 20, attempts: [1, 2]);
        next.Logs.AssertNoErrors();
    }

    private static async Task AssertCountedOnceAsync(JobsHost host, Storage.JobRow job, int until, int[] attempts)
    {
        var counts = await host.CountsAsync(job);
        Assert.Equal(Enumerable.Range(1, until).Select(n => (long)n), counts.Select(c => c.Number));
        // Each attempt counted one stretch: none wrote after the next had begun.
        Assert.Equal(attempts, counts.Select(c => c.Attempt).Distinct());
        Assert.Equal(counts.Select(c => c.Attempt), counts.Select(c => c.Attempt).Order());
    }

    /// <summary>Starts real workers and never kills them, as a launcher would that cannot reach a machine.</summary>
    private sealed class SparingLauncher(IOptions<JobOptions> options, ILogger<LocalProcessLauncher> logger) : ILauncher
    {
        public async Task<ILaunchedWorker> LaunchAsync(WorkerLaunch launch) =>
            new Spared(await new LocalProcessLauncher(options, logger).LaunchAsync(launch));

        private sealed class Spared(ILaunchedWorker worker) : ILaunchedWorker
        {
            public Task<string> Exited => worker.Exited;

            public void RequestStop() => worker.RequestStop();

            public void Kill()
            {
            }
        }
    }
}
