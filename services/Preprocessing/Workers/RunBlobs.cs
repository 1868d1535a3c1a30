using Mesh.Blobs;
using Mesh.Jobs.Workers;
using Mesh.Preprocessing.Processed;
using Mesh.Preprocessing.Splitting;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Names;
using Mesh.Transforms;

namespace Mesh.Preprocessing.Workers;

/// <summary>
/// The blobs of a run. The service hears of each before it is stored: whatever becomes of the attempt, it knows which blobs
/// may be nobody's.
/// </summary>
internal sealed class RunBlobs(WorkerSession session)
{
    private readonly IBlobStore _store = session.Services.GetRequiredService<IBlobStore>();
    private readonly BlobScope _scope = new("preprocessing", ResourcePattern.ProjectOf(session.Name)!);

    /// <returns>The digest.</returns>
    public async Task<string> StoreAsync(byte[] content, CancellationToken cancel)
    {
        var digest = BlobDigest.Of(content);
        await session.ReportAsync(new PublishingBlobs { Sha256 = { digest.Hex } });
        await _store.WriteAsync(_scope, new MemoryStream(content), digest, cancel);
        return digest.Hex;
    }

    /// <summary>The file is gone afterwards.</summary>
    /// <returns>The digest.</returns>
    public async Task<string> StoreFileAsync(string path, CancellationToken cancel)
    {
        var content = await HashedContent.OfFileAsync(path, cancel);
        await session.ReportAsync(new PublishingBlobs { Sha256 = { content.Digest.Hex } });
        return (await _store.ImportAsync(_scope, path, content, cancel)).Digest.Hex;
    }

    /// <summary>The shards that were written, by part; parts without rows have none.</summary>
    public async Task<IReadOnlyList<ProcessedSplit>> StoreAsync(PartWriter writer, CancellationToken cancel)
    {
        var shards = new List<(Part Part, Shards.ShardFile File, HashedContent Content)>();
        var written = writer.Finish().ToList();
        foreach (var (part, file) in written.SelectMany(w => w.Files.Where(f => f.Rows > 0).Select(f => (w.Part, f))))
        {
            shards.Add((part, file, await HashedContent.OfFileAsync(file.Path, cancel)));
        }

        await session.ReportAsync(new PublishingBlobs { Sha256 = { shards.Select(s => s.Content.Digest.Hex) } });
        var splits = written.Select(w => new ProcessedSplit { Name = w.Part.Word, RowCount = w.Files.Sum(f => f.Rows) }).ToList();
        foreach (var (part, file, content) in shards)
        {
            var blob = await _store.ImportAsync(_scope, file.Path, content, cancel);
            splits.Single(s => s.Name == part.Word).Shards.Add(new Shard { Sha256 = blob.Digest.Hex, SizeBytes = blob.Size, RowCount = file.Rows });
        }

        return splits;
    }

    /// <returns>What a dataset says of a fitted pipeline.</returns>
    public async Task<ProcessedDataset> StoreAsync(FittedPipeline fitted, CancellationToken cancel)
    {
        var json = fitted.ToJson();
        return new()
        {
            FittedPipelineSha256 = await StoreAsync(json, cancel),
            FittedPipelineSizeBytes = json.Length,
            SampleShape = { fitted.Output("image") is { Batch: not null } image ? image.Column.Shape : [] },
            Labels = { fitted.Labels },
            OutputColumns = { OutputColumns.Of(fitted) },
        };
    }

    /// <summary>All of a blob, or some of it; verified.</summary>
    public async Task<byte[]> ReadAsync(string digest, CancellationToken cancel, long offset = 0, long? length = null)
    {
        await using var stream = await _store.OpenReadAsync(_scope, BlobDigest.Parse(digest), offset, length, cancel);
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes, cancel);
        return bytes;
    }

    /// <summary>Appends a blob to a stream.</summary>
    public async Task CopyAsync(string digest, Stream to, CancellationToken cancel)
    {
        await using var stream = await _store.OpenReadAsync(_scope, BlobDigest.Parse(digest), cancellation: cancel);
        await stream.CopyToAsync(to, cancel);
    }
}
