using Google.Protobuf;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.Partitions;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Processed;
using Mesh.Preprocessing.Storage;
using Mesh.Preprocessing.Triggers;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Runs;

/// <summary>What the end of a run changes, in the transaction that ends its job.</summary>
public sealed class RunCompletion(TimeProvider time)
{
    /// <summary>Makes the result visible.</summary>
    /// <param name="dataset">All of it but what is known here.</param>
    /// <param name="results">What came of its partitions; empty for a run in one process.</param>
    internal async Task SucceedAsync(
        PreprocessingDb db, JobRow job, ProcessedDataset dataset, IReadOnlyCollection<RunResultRow> results, CancellationToken cancel)
    {
        var ids = Names.Run.Parse(job.Name, "name");
        var (project, id) = (ids[0], ProcessedStore.IdOf(dataset.Key));
        var run = await db.Runs.SingleAsync(r => r.Project == project && r.PipelineId == ids[1] && r.RunId == ids[2], cancel);
        run.ProcessedKey = dataset.Key;
        run.ReusedPartitions = results.GroupBy(r => r.Number).Count(partition => partition.All(r => r.Reused));
        db.Changes.Add(new DatasetChangeRow { Project = project, DatasetId = id, DatasetVersion = dataset.DatasetVersion, RunName = job.Name });
        await BlobClaims.ReleaseAsync(db, job.Name, cancel);
        await FiredRuns.SucceedAsync(db, job.Name, cancel);
        // Another run of the same input and specification may have been first; its shards are the same.
        if (await db.Processed.AnyAsync(d => d.Project == project && d.Key == dataset.Key, cancel))
        {
            return;
        }

        dataset.Name = Names.Processed.Format(project, id);
        ProcessedFiles.NameShards(dataset);
        dataset.PipelineRun = job.Name;
        dataset.Creator = job.Creator;
        dataset.CreateTime = time.GetUtcNow().UtcTicks.ToTimestamp();
        db.Processed.Add(new ProcessedDatasetRow { Project = project, DatasetId = id, Key = dataset.Key, Description = dataset.ToByteArray() });
        var kept = await PartitionCache.KeepAsync(db, project, id, results, cancel);
        db.Blobs.AddRange(DigestsOf(dataset).Concat(kept).Distinct().Select(digest => new DatasetBlobRow { Project = project, DatasetId = id, Digest = digest }));
    }

    /// <summary>A run holds its input from the transaction that creates it to the one that ends it.</summary>
    internal static DatasetChangeRow HoldOf(string project, string run, string version) => new() { Project = project, DatasetId = "", DatasetVersion = version, RunName = run };

    /// <summary>A run has FAILED or was CANCELLED.</summary>
    internal static async Task ReleaseAsync(PreprocessingDb db, JobRow job, CancellationToken cancel)
    {
        db.Changes.Add(HoldOf(job.Project, job.Name, job.ReadSpecification<PipelineRunSpec>().DatasetVersion.Name));
        await BlobClaims.ReleaseAsync(db, job.Name, cancel);
        await FiredRuns.FailAsync(db, job, cancel);
    }

    /// <summary>Blobs that a worker of the run is about to store: if nothing comes of them, they go again once the run has ended.</summary>
    /// <param name="job">The run, or a part of it.</param>
    internal static Task ClaimAsync(PreprocessingDb db, JobRow job, IEnumerable<Event> events, CancellationToken cancel) =>
        BlobClaims.ClaimAsync(db, job.Project, job.ParentName ?? job.Name, events.SelectMany(e => e.Payload.Unpack<PublishingBlobs>().Sha256), cancel);

    private static IEnumerable<string> DigestsOf(ProcessedDataset dataset) =>
        dataset.Splits.SelectMany(s => s.Shards).Select(s => s.Sha256).Append(dataset.FittedPipelineSha256);
}
