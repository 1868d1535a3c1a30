using Google.Protobuf;
using Mesh.Blobs;
using Mesh.Ingest.V1;
using Mesh.Jobs.Workers;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Processed;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Hosting;
using Mesh.ServiceDefaults.Names;
using Mesh.Shards;
using Mesh.Transforms;
using Microsoft.Extensions.Options;
using Pipeline = Mesh.Transforms.Pipeline;

namespace Mesh.Preprocessing.Workers;

/// <summary>
/// One attempt of a pipeline run in its own process:
/// <list type="number">
/// <item>stream the training records and learn from them (statistics, label names);</item>
/// <item>stream all records, transform them on every core, write each part's shards in record order;</item>
/// <item>put shards and fitted pipeline into the blob store, pin the input, return the result.</item>
/// </list>
/// Memory holds one batch of records at a time. Nothing is visible before the service has accepted the result; an
/// attempt that is killed leaves a temporary folder, which the next one removes.
/// </summary>
internal static class PipelineWorker
{
    public static async Task<IMessage> RunAsync(WorkerSession session, CancellationToken cancel)
    {
        var spec = session.Specification<PipelineRunSpec>();
        var services = session.Services;
        var identity = services.GetRequiredService<ServiceIdentity>();
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(PipelineWorker));
        var datasets = services.GetRequiredService<DatasetService.DatasetServiceClient>();
        var patience = TimeSpan.FromSeconds(services.GetRequiredService<IOptions<PreprocessingOptions>>().Value.IngestPatienceSeconds);
        var records = new RecordStream(datasets, spec.DatasetVersion, patience, logger);
        var folder = CleanFolder(identity, session);
        try
        {
            var fitted = await RecordFitter.FitAsync(session, spec, records, cancel);
            session.ThrowIfYieldRequested();
            using var writer = new PartWriter(folder, fitted);
            await WriteAsync(session, spec, records, fitted, writer, cancel);
            session.ThrowIfYieldRequested();

            session.Progress("publish", 0, 0);
            var project = ResourcePattern.ProjectOf(session.Name)!;
            var dataset = await PublishAsync(services.GetRequiredService<IBlobStore>(), new BlobScope("preprocessing", project), spec, fitted, writer, cancel);
            // Before the result is visible: whoever sees it can count on the input being there.
            await datasets.PinDatasetVersionAsync(
                new PinDatasetVersionRequest { Name = spec.DatasetVersion.Name, Holder = Names.Processed.Format(project, ProcessedStore.IdOf(spec.Key)) },
                cancellationToken: cancel);
            return new PipelineRunResult { ProcessedDataset = dataset };
        }
        catch (TransformException e)
        {
            throw new JobFailure("TRANSFORM_FAILED", $"{(e.Record is null ? "" : $"{e.Record}: ")}{e.Transform}: {e.Reason}.", inner: e);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task WriteAsync(
        WorkerSession session, PipelineRunSpec spec, RecordStream records, FittedPipeline fitted, PartWriter writer, CancellationToken cancel)
    {
        using var activity = Telemetry.Activities.StartActivity("write shards");
        var total = spec.DatasetVersion.Splits.Sum(s => s.RecordCount);
        var done = 0L;
        var transform = new RecordTransform(fitted, session.Resources.Cpus);
        var parts = new RecordParts(spec);
        foreach (var split in parts.Splits)
        {
            await foreach (var batch in records.ReadAsync(split, cancel))
            {
                session.ThrowIfYieldRequested();
                foreach (var chunk in batch.Chunk(transform.MaxRows))
                {
                    transform.Apply(chunk);
                    for (var i = 0; i < chunk.Length; i++)
                    {
                        writer.Append(parts.Next(split, chunk[i].Label), transform.Row(i), transform.Label(i));
                    }
                }

                Telemetry.Records.Add(batch.Count);
                session.Progress("write shards", done += batch.Count, total);
            }
        }
    }

    private static async Task<ProcessedDataset> PublishAsync(
        IBlobStore store, BlobScope scope, PipelineRunSpec spec, FittedPipeline fitted, PartWriter writer, CancellationToken cancel)
    {
        var state = await store.WriteAsync(scope, new MemoryStream(fitted.ToJson()), expected: null, cancel);
        var dataset = new ProcessedDataset
        {
            Key = spec.Key,
            DatasetVersion = spec.DatasetVersion.Name,
            FittedPipelineSha256 = state.Digest.Hex,
            SampleShape = { fitted.OutputShape },
            Labels = { fitted.Labels },
        };
        foreach (var (part, files) in writer.Finish())
        {
            var split = new ProcessedSplit { Name = part.ToString().ToLowerInvariant(), RowCount = files.Sum(f => f.Rows) };
            foreach (var file in files.Where(f => f.Rows > 0))
            {
                var blob = await store.ImportAsync(scope, file.Path, await HashedContent.OfFileAsync(file.Path, cancel), cancel);
                split.Shards.Add(new Shard { Sha256 = blob.Digest.Hex, SizeBytes = blob.Size, RowCount = file.Rows });
            }

            dataset.Splits.Add(split);
        }

        return dataset;
    }

    /// <summary>A folder of this attempt alone, so that one which lost its lease cannot touch the next one's; what earlier attempts left is removed.</summary>
    private static string CleanFolder(ServiceIdentity identity, WorkerSession session)
    {
        var ids = Names.Run.Parse(session.Name, "name");
        var run = Path.Combine(identity.StateFolder, "work", $"{ids[0]}-{ids[2]}");
        for (var earlier = 1; earlier < session.Attempt; earlier++)
        {
            var left = Path.Combine(run, $"{earlier}");
            if (Directory.Exists(left))
            {
                Directory.Delete(left, recursive: true);
            }
        }

        var folder = Path.Combine(run, $"{session.Attempt}");
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return folder;
    }
}
