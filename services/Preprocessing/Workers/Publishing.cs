using Mesh.Blobs;
using Mesh.Jobs.Workers;
using Mesh.Preprocessing.Processed;
using Mesh.Preprocessing.Splitting;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Names;
using Mesh.Shards;
using Mesh.Transforms;

namespace Mesh.Preprocessing.Workers;

/// <summary>Shards and fitted pipelines into the blob store.</summary>
internal static class Publishing
{
    /// <returns>What is known from these: splits, fitted pipeline, columns, labels.</returns>
    public static async Task<ProcessedDataset> PublishAsync(WorkerSession session, FittedPipeline fitted, PartWriter writer, CancellationToken cancel)
    {
        var store = session.Services.GetRequiredService<IBlobStore>();
        var scope = new BlobScope("preprocessing", ResourcePattern.ProjectOf(session.Name)!);
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
            FittedPipelineSha256 = BlobDigest.Of(state).Hex,
            SampleShape = { fitted.Output("image") is { Batch: not null } image ? image.Column.Shape : [] },
            Labels = { fitted.Labels },
            OutputColumns = { OutputColumns.Of(fitted) },
        };
        foreach (var part in shards.GroupBy(s => s.Part))
        {
            var split = new ProcessedSplit { Name = part.Key.Word, RowCount = part.Sum(s => s.File.Rows) };
            foreach (var (_, file, content) in part.Where(s => s.File.Rows > 0))
            {
                var blob = await store.ImportAsync(scope, file.Path, content, cancel);
                split.Shards.Add(new Shard { Sha256 = blob.Digest.Hex, SizeBytes = blob.Size, RowCount = file.Rows });
            }

            dataset.Splits.Add(split);
        }

        return dataset;
    }
}
