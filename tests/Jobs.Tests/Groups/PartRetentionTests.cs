using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Xunit;

namespace Mesh.Jobs.Tests.Groups;

/// <summary>What is kept of groups that have ended, on both databases.</summary>
public abstract class PartRetentionTests(string database)
{
    [Fact]
    public async Task The_parts_of_a_group_go_some_days_after_its_end_and_the_group_stays()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var (group, single) = (await rig.AddGroupAsync("g", parts: 2), await rig.AddAsync("a"));
        var logs = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            var job = (await rig.ClaimAsync())!;
            logs.Add(await LogAsync(rig, job.Name));
            await rig.WorkAsync(job);
        }

        Assert.True((await rig.GetAsync(group)).IsTerminal && (await rig.GetAsync(single)).IsTerminal);
        var running = await rig.AddGroupAsync("h", parts: 1);
        logs.Add(await LogAsync(rig, (await rig.ClaimAsync())!.Name));
        var status = (await rig.GetAsync(group)).ToStatus();

        rig.Time.Advance(TimeSpan.FromDays(6.9));
        await RemoveAsync(rig);
        Assert.Equal(3, (await rig.PartsAsync(group)).Count);
        Assert.All(logs, log => Assert.True(File.Exists(log)));

        rig.Time.Advance(TimeSpan.FromDays(0.2));
        using var replica = rig.Replica();
        await Task.WhenAll(RemoveAsync(replica), RemoveAsync(rig));
        Assert.Empty(await rig.PartsAsync(group));
        Assert.Equal(status, (await rig.GetAsync(group)).ToStatus());
        Assert.Single(await rig.PartsAsync(running));
        // Two parts and what adds them up; the job that is no group's keeps its log, and so does what is under way.
        Assert.Equal([false, false, false, true, true], logs.Select(File.Exists));
    }

    /// <summary>As where another replica has deleted a job, or the parts of one.</summary>
    [Fact]
    public async Task Old_logs_of_what_is_gone_from_the_database_go_and_young_ones_stay()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var group = await rig.AddGroupAsync("g", parts: 1);
        var part = JobRow.PartName(group.Name, "count-0");
        string[] old = [await LogAsync(rig, "projects/p/counts/gone"), await LogAsync(rig, "projects/p/groups/gone/parts/count-0"), await LogAsync(rig, part)];
        await rig.Jobs.RequestCancelAsync(group.Name, StoreRig.Cancel);
        rig.Time.Advance(TimeSpan.FromDays(8));
        var young = await LogAsync(rig, "projects/p/counts/young");
        var other = Path.Combine(Path.GetDirectoryName(young)!, "notes.txt");
        await File.WriteAllTextAsync(other, "mine", StoreRig.Cancel);

        await RemoveAsync(rig);
        Assert.DoesNotContain(old, File.Exists);
        Assert.True(File.Exists(young) && File.Exists(other));
    }

    [Fact]
    public async Task A_crash_between_logs_and_rows_leaves_nothing_for_ever()
    {
        using var rig = await StoreRig.CreateAsync(database);
        var group = await rig.AddGroupAsync("g", parts: 1);
        await rig.WorkAsync((await rig.ClaimAsync())!);
        await rig.WorkAsync((await rig.ClaimAsync())!);
        rig.Time.Advance(TimeSpan.FromDays(8));
        // The logs are gone, the rows are not.
        await RemoveAsync(rig);
        Assert.Equal((0, JobState.Succeeded), ((await rig.PartsAsync(group)).Count, (await rig.GetAsync(group)).State));
        await RemoveAsync(rig);
    }

    private static Task RemoveAsync(StoreRig rig) => rig.Retention.RemoveAsync(StoreRig.Cancel);

    /// <summary>As a worker leaves it, now.</summary>
    private static async Task<string> LogAsync(StoreRig rig, string job)
    {
        var path = rig.Logs.PathOf(job);
        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(path, "said", StoreRig.Cancel);
        var now = rig.Time.GetUtcNow().UtcDateTime;
        File.SetLastWriteTimeUtc(path, now);
        Directory.SetLastWriteTimeUtc(folder, now);
        return path;
    }
}

public sealed class SqlitePartRetentionTests() : PartRetentionTests(JobsHost.Sqlite);

public sealed class PostgresPartRetentionTests() : PartRetentionTests(JobsHost.Postgres);
