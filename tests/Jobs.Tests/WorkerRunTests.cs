using System.Diagnostics;
using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.Launching;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Mesh.Jobs.Tests;

/// <summary>Whole jobs with real workers.</summary>
public class WorkerRunTests
{
    [Theory]
    [InlineData(JobsHost.Sqlite)]
    [InlineData(JobsHost.Postgres)]
    public async Task A_job_completes_with_its_result_and_events_in_the_trace_of_its_creator(string database)
    {
        using var state = new TemporaryFolder();
        await using var host = await JobsHost.StartAsync(state, await JobsHost.DatabaseAsync(database));
        using var activity = new Activity("create").SetIdFormat(ActivityIdFormat.W3C).Start();
        var job = await host.EndAsync(await host.CreateAsync("a", until: 5, cpus: 2));

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal(1, job.Attempt);
        Assert.Equal([1, 2, 3, 4, 5], (await host.CountsAsync(job)).Select(c => c.Number));
        Assert.Equal("Succeeded", (await host.EndOfAsync(job))!.State);
        var result = job.ReadResult<Struct>()!.Fields;
        Assert.Equal(activity.TraceId.ToHexString(), result["trace"].StringValue);
        Assert.Equal(2, result["cpus"].NumberValue);
        Assert.Equal("", result["secrets"].StringValue);
        Assert.True(job.StartedTicks >= job.CreatedTicks && job.EndedTicks >= job.StartedTicks);
        Assert.Contains("attempt 1 of", await File.ReadAllTextAsync(host.Services.GetRequiredService<WorkerLogs>().PathOf(job.Name), TestContext.Current.CancellationToken));
        host.Logs.AssertNoErrors();
    }

    [Theory]
    [InlineData("fail", 1, "BAD_LUCK", "Nothing to be done.")]
    [InlineData("fail-retryable", 3, "BAD_LUCK", "Perhaps next time. 3 attempts in a row got no further.")]
    [InlineData("throw", 3, "INTERNAL", "The worker failed with InvalidOperationException; its log says more. 3 attempts in a row got no further.")]
    [InlineData("crash", 3, "WORKER_EXITED", "The worker ended with SIGKILL before it had a result. That is what happens when memory runs out. 3 attempts in a row got no further.")]
    [InlineData("crash-there", 3, "WORKER_EXITED", "The worker ended with SIGKILL before it had a result. That is what happens when memory runs out. 3 attempts in a row got no further.")]
    public async Task A_failing_job_fails_with_its_reason_after_the_attempts_it_may_have(string mode, int attempts, string reason, string message)
    {
        using var state = new TemporaryFolder();
        await using var host = await JobsHost.StartAsync(state, settings: "--Jobs:MaxAttempts=3");
        var job = await host.EndAsync(await host.CreateAsync("a", mode: mode));

        Assert.Equal((JobState.Failed, attempts), (job.State, job.Attempt));
        Assert.Equal((reason, message), (job.ErrorReason, job.ErrorMessage));
        Assert.Equal("Failed", (await host.EndOfAsync(job))!.State);
        host.Logs.AssertNoErrors();
        if (mode == "crash")
        {
            Assert.Contains(host.Logs.Entries, e => e.Level == LogLevel.Warning && e.Message.Contains("about to crash"));
        }
    }

    [Fact]
    public async Task Without_room_a_job_waits_and_a_large_one_is_not_overtaken()
    {
        using var state = new TemporaryFolder();
        await using var host = await JobsHost.StartAsync(state);
        var first = await host.CreateAsync("a", until: 2, holdAt: 1, cpus: 1);
        await host.ReachesAsync(first, row => row.RecordedSequence == 1, "the first job counts");
        var large = await host.CreateAsync("b", until: 2, cpus: 2);
        var small = await host.CreateAsync("c", until: 2, cpus: 1);
        // It leaves its core and, as the oldest, has it back at once.
        await host.Jobs.RequestYieldAsync(first.Name, TestContext.Current.CancellationToken);

        var ended = await host.EndAsync(small);
        Assert.True((await host.GetAsync(first)).EndedTicks <= (await host.GetAsync(large)).StartedTicks);
        Assert.True((await host.GetAsync(large)).EndedTicks <= ended.StartedTicks);
        host.Logs.AssertNoErrors();
    }

    [Fact]
    public async Task Resources_that_this_machine_lacks_are_refused_all_at_once()
    {
        using var state = new TemporaryFolder();
        await using var host = await JobsHost.StartAsync(state);
        await using var db = await host.OpenAsync();
        var asked = new ResourceSpec { Cpus = 3, Gpus = 1, MemoryBytes = -1 };
        var refused = Assert.Throws<MeshException>(() => host.Jobs.Add(db, new NewJob("projects/p/counts/a", "count", "users/admin", new Struct(), asked)));
        Assert.Equal(["resources.cpus", "resources.memory_bytes", "resources.gpus"], refused.Violations.Select(v => v.Field));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hang")]
    public async Task Cancelling_stops_the_worker_even_one_that_does_not_listen(string mode)
    {
        using var state = new TemporaryFolder();
        await using var host = await JobsHost.StartAsync(state, settings: "--Jobs:StopGraceSeconds=1");
        var job = await host.CreateAsync("a", holdAt: 1, mode: mode);
        await host.ReachesAsync(job, row => row.State == JobState.Running, "the job runs");
        await Eventually.BecomesTrueAsync(() => WorkerProcesses.Of(job.Name, 1).Count == 1, JobsHost.Patience, "the worker runs");
        var pid = WorkerProcesses.Of(job.Name, 1).Single();

        Assert.Equal(JobState.Cancelling, (await host.Jobs.RequestCancelAsync(job.Name, TestContext.Current.CancellationToken)).State);
        var ended = await host.EndAsync(job);
        Assert.Equal((JobState.Cancelled, 1), (ended.State, ended.Attempt));
        Assert.Equal("Cancelled", (await host.EndOfAsync(job))!.State);
        await Eventually.BecomesTrueAsync(() => !WorkerProcesses.IsAlive(pid), JobsHost.Patience, "the worker is gone");
        Assert.Equal(JobState.Cancelled, (await host.Jobs.RequestCancelAsync(job.Name, TestContext.Current.CancellationToken)).State);
        host.Logs.AssertNoErrors();
    }

    [Fact]
    public async Task A_worker_that_asks_for_its_lease_hears_of_the_cancellation_and_goes_no_further()
    {
        using var state = new TemporaryFolder();
        await using var host = await JobsHost.StartAsync(state);
        var job = await host.CreateAsync("a", mode: "confirm");
        await Eventually.BecomesTrueAsync(() => WorkerProcesses.Of(job.Name, 1).Count == 1, JobsHost.Patience, "the worker runs");
        await host.Jobs.RequestCancelAsync(job.Name, TestContext.Current.CancellationToken);
        Assert.Equal(JobState.Cancelled, (await host.EndAsync(job)).State);
        // It left by itself.
        Assert.DoesNotContain(host.Logs.Entries, e => e.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task A_job_of_a_larger_machine_gets_what_this_one_has()
    {
        using var state = new TemporaryFolder();
        await using var host = await JobsHost.StartAsync(state);
        var job = await host.EndAsync(await host.CreateAsync("a", cpus: 64, anyMachine: true));
        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal(2, job.ReadResult<Struct>()!.Fields["cpus"].NumberValue);
    }

    [Fact]
    public async Task A_program_that_is_missing_fails_the_job_and_not_the_service()
    {
        using var state = new TemporaryFolder();
        await using var host = await JobsHost.StartAsync(state, null, builder => builder.Configuration["Jobs:Command:0"] = "/no/such/program");
        var job = await host.EndAsync(await host.CreateAsync("a"));
        Assert.Equal((JobState.Failed, "WORKER_EXITED"), (job.State, job.ErrorReason));
        host.Logs.AssertNoErrors("could not be started");
    }
}
