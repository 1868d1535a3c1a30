using System.Diagnostics;
using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Jobs.Tests.Groups;

/// <summary>Services that stop and die while a group runs.</summary>
public class GroupFaultTests
{
    private static bool Full => Environment.GetEnvironmentVariable("MESH_TESTS_FULL") == "1";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_replicas_share_the_parts_and_one_that_stops_leaves_its_own_to_the_other()
    {
        using var state = new TemporaryFolder();
        using var otherState = new TemporaryFolder();
        var database = await JobsHost.DatabaseAsync(JobsHost.Postgres);
        await using var host = await JobsHost.StartAsync(state, database, null, "--Jobs:Cpus=1");
        var other = await JobsHost.StartAsync(otherState, database, null, "--Jobs:Cpus=1");
        var group = await host.CreateGroupAsync("g", parts: 2, until: 4, holdAt: 2);
        await host.ReachesAsync(group, row => row.State == JobState.Running, "the group has begun");
        await Eventually.BecomesTrueAsync(async () => (await host.PartsAsync(group)).All(p => p.RecordedSequence == 2), JobsHost.Patience, "both count");
        await other.StopAsync();
        other.Logs.AssertNoErrors();
        // Attempts that start from nothing hold; the next are through at once.
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                foreach (var part in (await host.PartsAsync(group)).Where(p => p is { State: JobState.Running, Attempt: 1, RecordedSequence: 2, YieldRequested: false }))
                {
                    await host.Jobs.RequestYieldAsync(part.Name, Cancel);
                }

                return (await host.GetAsync(group)).IsTerminal;
            },
            JobsHost.Patience,
            "the group ends");

        var ended = await host.EndAsync(group);
        Assert.Equal((JobState.Succeeded, 12), (ended.State, ended.ReadResult<Int64Value>()!.Value));
        Assert.Equal([2, 2, 1], (await host.PartsAsync(group)).Select(p => p.Attempt));
        host.Logs.AssertNoErrors();
    }

    [Fact]
    public async Task A_group_outlives_services_that_are_killed_in_its_stages()
    {
        using var state = new TemporaryFolder();
        // Creates database and group, and leaves the group, for which it has no GPU, to a service process of its own.
        var first = await JobsHost.StartAsync(state);
        var group = await first.CreateGroupAsync("g", parts: 2, until: 6, holdAt: 3, sumHoldAt: Full ? 3 : 0, gpus: 1);
        await first.StopAsync();

        string[][] stages = Full ? [["count-0", "count-1"], ["sum"]] : [["count-0", "count-1"]];
        foreach (var parts in stages)
        {
            await KillWhenAllCountAsync(state, group, parts);
        }

        await using var next = await JobsHost.StartAsync(state);
        var ended = await next.EndAsync(group);
        Assert.Equal((JobState.Succeeded, 18, 1), (ended.State, ended.ReadResult<Int64Value>()!.Value, ended.Attempt));
        foreach (var part in await next.PartsAsync(group))
        {
            Assert.Equal((part.Part != "sum" || Full ? 2 : 1, 0), (part.Attempt, part.Failures));
            Assert.Equal([1, 2, 3, 4, 5, 6], (await next.CountsAsync(part)).Select(c => c.Number));
        }

        next.Logs.AssertNoErrors();
    }

    /// <summary>Runs the service as a process until these parts hold, and kills it.</summary>
    private static async Task KillWhenAllCountAsync(TemporaryFolder state, JobRow group, string[] parts)
    {
        using var service = Process.Start(new ProcessStartInfo("dotnet", ["exec", JobsHost.WorkerCommand[2]])
        {
            Environment = { ["MESH_STATE"] = state.Path, ["Jobs__Cpus"] = "2", ["Jobs__Gpus"] = "1" },
            RedirectStandardOutput = true,
        })!;
        await using var view = new CountingView(state);
        foreach (var part in parts)
        {
            await Eventually.BecomesTrueAsync(
                async () => await view.FindAsync(JobRow.PartName(group.Name, part)) is { RecordedSequence: >= 3 }, JobsHost.Patience, $"{part} counts");
        }

        service.Kill();
        await WorkerProcesses.AreGoneAsync(group.Name);
    }
}
