using Google.Protobuf;
using Grpc.Core;
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
/// <item>stream the training records and learn from them (statistics, label names), again for what learns from what was learned;</item>
/// <item>stream all records, transform them on every core, write each part's shards in record order;</item>
/// <item>put shards and fitted pipeline into the blob store, pin the input, return the result.</item>
/// </list>
/// Memory holds one batch of records at a time. Nothing is visible before the service has accepted the result. What a
/// killed attempt leaves of files and blobs, the service removes.
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
        var pipeline = Pipeline.Create(PipelineSpecs.ToSpec(spec.Pipeline), DataSchema.Of(spec.DatasetVersion));
        var records = new RecordStream(datasets, spec.DatasetVersion, new RawRecords(spec.DatasetVersion, pipeline.Sources), patience, logger);
        var folder = WorkFolders.Create(identity, session);
        try
        {
            var fitted = await RecordFitter.FitAsync(session, spec, pipeline, records, cancel);
            session.ThrowIfYieldRequested();
            using var writer = new PartWriter(folder, fitted);
            await WriteAsync(session, spec, records, fitted, writer, cancel);
            session.ThrowIfYieldRequested();

            session.Progress("publish", 0, 0);
            var project = ResourcePattern.ProjectOf(session.Name)!;
            var dataset = await PublishAsync(session, new BlobScope("preprocessing", project), spec, fitted, writer, cancel);
            // Before the result is visible: whoever sees it can count on the input being there.
            var holder = Names.Processed.Format(project, ProcessedStore.IdOf(spec.Key));
            await PinAsync(datasets, new PinDatasetVersionRequest { Name = spec.DatasetVersion.Name, Holder = holder }, patience, cancel);
            return new PipelineRunResult { ProcessedDataset = dataset };
        }
        catch (TransformException e)
        {
            throw new JobFailure("TRANSFORM_FAILED", $"{(e.Record is null ? "" : $"{e.Record}: ")}{e.Transform}: {e.Reason}.", inner: e);
        }
        finally
        {
            WorkFolders.Remove(folder);
        }
    }

    private static async Task WriteAsync(
        WorkerSession session, PipelineRunSpec spec, RecordStream records, FittedPipeline fitted, PartWriter writer, CancellationToken cancel)
    {
        using var activity = Telemetry.Activities.StartActivity("write shards");
        var total = spec.DatasetVersion.Splits.Sum(s => s.RecordCount);
        var done = 0L;
        using var rows = new RowWriting(fitted, writer, session.Resources.Cpus);
        var parts = new RecordParts(spec);
        foreach (var split in parts.Splits)
        {
            await foreach (var batch in records.ReadAsync(split, cancel))
            {
                session.ThrowIfYieldRequested();
                rows.Append(batch, [.. batch.Select(record => parts.Next(split, records.ClassOf(record)))]);
                Telemetry.Records.Add(batch.Count);
                session.Progress("write shards", done += batch.Count, total);
            }

            rows.EndSeries();
        }
    }

    private static async Task<ProcessedDataset> PublishAsync(
        WorkerSession session, BlobScope scope, PipelineRunSpec spec, FittedPipeline fitted, PartWriter writer, CancellationToken cancel)
    {
        var store = session.Services.GetRequiredService<IBlobStore>();
        var state = fitted.ToJson();
        var shards = new List<(Part Part, ShardFile File, HashedContent Content)>();
        foreach (var (part, files) in writer.Finish())
        {
            foreach (var file in files)
            {
                shards.Add((part, file, await HashedContent.OfFileAsync(file.Path, cancel)));
            }
        }

        // Said before it is done: whatever becomes of this attempt, the service knows which blobs may be nobody's.
        var published = shards.Where(s => s.File.Rows > 0).Select(s => s.Content.Digest).Append(BlobDigest.Of(state));
        await session.ReportAsync(new PublishingBlobs { Sha256 = { published.Select(d => d.Hex) } });

        await store.WriteAsync(scope, new MemoryStream(state), BlobDigest.Of(state), cancel);
        var dataset = new ProcessedDataset
        {
            Key = spec.Key,
            DatasetVersion = spec.DatasetVersion.Name,
            FittedPipelineSha256 = BlobDigest.Of(state).Hex,
            SampleShape = { fitted.Output("image") is { Batch: not null } image ? image.Column.Shape : [] },
            Labels = { fitted.Labels },
            OutputColumns =
            {
                fitted.Columns.Select(column => new OutputColumn { Name = column.Name, ElementType = column.ElementType.ToString().ToLowerInvariant(), Shape = { column.Shape } }),
            },
        };
        foreach (var part in shards.GroupBy(s => s.Part))
        {
            var split = new ProcessedSplit { Name = part.Key.ToString().ToLowerInvariant(), RowCount = part.Sum(s => s.File.Rows) };
            foreach (var (_, file, content) in part.Where(s => s.File.Rows > 0))
            {
                var blob = await store.ImportAsync(scope, file.Path, content, cancel);
                split.Shards.Add(new Shard { Sha256 = blob.Digest.Hex, SizeBytes = blob.Size, RowCount = file.Rows });
            }

            dataset.Splits.Add(split);
        }

        return dataset;
    }

    private static async Task PinAsync(DatasetService.DatasetServiceClient datasets, PinDatasetVersionRequest request, TimeSpan patience, CancellationToken cancel)
    {
        var waiting = new IngestPatience(patience);
        while (true)
        {
            try
            {
                await datasets.PinDatasetVersionAsync(request, cancellationToken: cancel);
                return;
            }
            catch (RpcException e) when (waiting.Has(e, cancel))
            {
                await waiting.WaitAsync(cancel);
            }
        }
    }
}
