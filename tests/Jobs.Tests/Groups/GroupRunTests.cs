using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Jobs.Launching;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Watching;
using Mesh.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Mesh.Jobs.Tests.Groups;

/// <summary>Whole groups with real workers.</summary>
public class GroupRunTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Three_parts_in_two_stages_and_the_killed_worker_costs_its_own_part_only()
    {
        using var state = new TemporaryFolder();
        await using var host = await JobsHost.StartAsync(state, await JobsHost.DatabaseAsync(JobsHost.Postgres));
        var group = await host.EndAsync(await host.CreateGroupAsync("g", until: 6, mode: "crash-first", part: "count-1"));

        Assert.Equal((JobState.Succeeded, 24), (group.State, group.ReadResult<Int64Value>()!.Value));
        Assert.Equal(new Progress { Stage = "sum", Done = 6, Total = 6 }, group.ToStatus().Progress);
        var parts = await host.PartsAsync(group);
        Assert.Equal([("count-0", 1), ("count-1", 2), ("count-2", 1), ("sum", 1)], parts.Select(p => (p.Part!, p.Attempt)));
        foreach (var part in parts)
        {
            Assert.Equal([1, 2, 3, 4, 5, 6], (await host.CountsAsync(part)).Select(c => c.Number));
            Assert.Equal("Succeeded", (await host.EndOfAsync(part))!.State);
            Assert.Contains($"attempt 1 of {part.Name}", await File.ReadAllTextAsync(host.Services.GetRequiredService<WorkerLogs>().PathOf(part.Name), Cancel));
        }

        Assert.True(parts.Take(3).All(p => p.EndedTicks <= parts[3].CreatedTicks));
        Assert.Equal("Succeeded", (await host.EndOfAsync(group))!.State);
        host.Logs.AssertNoErrors();
    }

    [Fact]
    public async Task A_part_that_fails_for_good_stops_the_workers_of_the_others()
    {
        using var state = new TemporaryFolder();
        await using var host = await JobsHost.StartAsync(state);
        var group = await host.EndAsync(await host.CreateGroupAsync("g", holdAt: 1, mode: "fail", part: "count-1"));

        Assert.Equal((JobState.Failed, "BAD_LUCK", "Part \"count-1\": Nothing to be done."), (group.State, group.ErrorReason, group.ErrorMessage));
        Assert.Equal(
            [(JobState.Cancelled, 1), (JobState.Failed, 1), (JobState.Cancelled, 0)], (await host.PartsAsync(group)).Select(p => (p.State, p.Attempt)));
        Assert.Equal("Failed", (await host.EndOfAsync(group))!.State);
        await WorkerProcesses.AreGoneAsync(group.Name);
        host.Logs.AssertNoErrors();
    }

    [Fact]
    public async Task A_watch_shows_the_progress_and_the_cancellation_of_a_running_group()
    {
        using var state = new TemporaryFolder();
        await using var host = await JobsHost.StartAsync(state);
        var group = await host.CreateGroupAsync("g", holdAt: 2);
        var shown = new Shows();
        var watching = host.Services.GetRequiredService<WatchStream>().RunAsync(group.Name, ReadAsync, s => s.State == JobState.Cancelled, shown, Cancel);
        var progress = new Progress { Stage = "count", Done = 4, Total = 15 };
        await Eventually.BecomesTrueAsync(() => progress.Equals(shown.Last?.Progress), JobsHost.Patience, "the watch shows what two workers have done");

        Assert.Equal(JobState.Cancelling, (await host.Jobs.RequestCancelAsync(group.Name, Cancel)).State);
        await watching.WaitAsync(JobsHost.Patience, Cancel);
        Assert.Equal([JobState.Cancelled, JobState.Cancelled, JobState.Cancelled], (await host.PartsAsync(group)).Select(p => p.State));
        await WorkerProcesses.AreGoneAsync(group.Name);
        host.Logs.AssertNoErrors();

        async Task<JobStatus> ReadAsync(CancellationToken cancel)
        {
            var row = await host.GetAsync(group);
            await using var db = await host.OpenAsync();
            await host.Jobs.ReadProgressAsync(db, [row], cancel);
            return row.ToStatus();
        }
    }

    private sealed class Shows : IServerStreamWriter<JobStatus>
    {
        private volatile JobStatus? _last;

        public JobStatus? Last => _last;

        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(JobStatus message, CancellationToken cancel) => WriteAsync(message);

        public Task WriteAsync(JobStatus message)
        {
            _last = message;
            return Task.CompletedTask;
        }
    }
}
