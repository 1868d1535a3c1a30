using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.Groups;
using Mesh.Jobs.Storage;
using Mesh.Preprocessing.Runs;
using Mesh.Preprocessing.Storage;
using Mesh.Preprocessing.V1;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Partitions;

/// <summary>
/// A run that is cut into partitions, each worked on by processes of its own:
/// <list type="number">
/// <item>survey: each partition is read for what decides where its records belong;</item>
/// <item>deal: one part decides it for all records;</item>
/// <item>fit: each partition with training records is learned from, and one part merges what was learned; once for each pass;</item>
/// <item>write: each partition becomes shards.</item>
/// </list>
/// A partition whose result an earlier run left is not worked on. Each stage begins when the one before has all its results.
/// </summary>
public sealed class PartitionedRunKind(RunCompletion completion) : GroupKind<PreprocessingDb>
{
    public const string KindName = "partitioned-run";

    public override string Name => KindName;

    public override Task OnBegunAsync(PreprocessingDb db, JobGroup group, CancellationToken cancel) => new RunStages(db, group).BeginAsync(cancel);

    public override Task OnPartCompletedAsync(PreprocessingDb db, JobGroup group, JobRow part, Any result, CancellationToken cancel) =>
        new RunStages(db, group).GoOnAsync(part, result.Unpack<RunPartResult>(), cancel);

    public override async Task OnCompletedAsync(PreprocessingDb db, JobRow job, Any result, CancellationToken cancel)
    {
        var results = await db.RunResults.AsNoTracking().Where(r => r.RunName == job.Name).ToListAsync(cancel);
        await completion.SucceedAsync(db, job, await RunStages.AssembleAsync(db, job, results, cancel), results, cancel);
        await ForgetAsync(db, job.Name, cancel);
    }

    public override async Task OnEndedAsync(PreprocessingDb db, JobRow job, CancellationToken cancel)
    {
        await RunCompletion.ReleaseAsync(db, job, cancel);
        await ForgetAsync(db, job.Name, cancel);
    }

    private static async Task ForgetAsync(PreprocessingDb db, string run, CancellationToken cancel)
    {
        await db.RunResults.Where(r => r.RunName == run).ExecuteDeleteAsync(cancel);
        await db.RunPartitions.Where(p => p.RunName == run).ExecuteDeleteAsync(cancel);
    }
}
