using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Processed;
using Mesh.Preprocessing.Storage;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Runs;

/// <summary>Makes the result of a finished worker visible, in the transaction that ends its job.</summary>
public sealed class PipelineRunKind(TimeProvider time) : JobKind<PreprocessingDb>
{
    public const string KindName = "pipeline-run";

    public override string Name => KindName;

    /// <summary>Blobs that an attempt is about to store: if nothing comes of them, they have to go again once the run has ended.</summary>
    public override Task OnEventsAsync(PreprocessingDb db, JobRow job, IReadOnlyList<Event> events, CancellationToken cancel)
    {
        var id = ProcessedStore.IdOf(job.ReadSpecification<PipelineRunSpec>().Key);
        db.Changes.AddRange(events.Select(e => new DatasetChangeRow
        {
            Project = job.Project,
            DatasetId = id,
            Digests = string.Join(' ', e.Payload.Unpack<PublishingBlobs>().Sha256),
        }));
        return Task.CompletedTask;
    }

    public override async Task OnCompletedAsync(PreprocessingDb db, JobRow job, Any result, CancellationToken cancel)
    {
        var ids = Names.Run.Parse(job.Name, "name");
        var dataset = result.Unpack<PipelineRunResult>().ProcessedDataset;
        var run = await db.Runs.SingleAsync(r => r.Project == ids[0] && r.PipelineId == ids[1] && r.RunId == ids[2], cancel);
        run.ProcessedKey = dataset.Key;
        db.Changes.Add(Change(ids[0], dataset.Key, dataset.DatasetVersion));
        // Another run of the same input and specification may have been first; its shards are the same.
        if (await db.Processed.AnyAsync(d => d.Project == ids[0] && d.Key == dataset.Key, cancel))
        {
            return;
        }

        var id = ProcessedStore.IdOf(dataset.Key);
        dataset.Name = Names.Processed.Format(ids[0], id);
        dataset.PipelineRun = job.Name;
        dataset.Creator = job.Creator;
        dataset.CreateTime = time.GetUtcNow().UtcTicks.ToTimestamp();
        db.Processed.Add(new ProcessedDatasetRow { Project = ids[0], DatasetId = id, Key = dataset.Key, Description = dataset.ToByteArray() });
    }

    /// <summary>An attempt may have pinned the input before the end.</summary>
    public override Task OnEndedAsync(PreprocessingDb db, JobRow job, CancellationToken cancel)
    {
        var spec = job.ReadSpecification<PipelineRunSpec>();
        db.Changes.Add(Change(job.Project, spec.Key, spec.DatasetVersion.Name));
        return Task.CompletedTask;
    }

    private static DatasetChangeRow Change(string project, string key, string version) =>
        new() { Project = project, DatasetId = ProcessedStore.IdOf(key), DatasetVersion = version };
}
