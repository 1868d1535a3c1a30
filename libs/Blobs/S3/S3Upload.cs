using Amazon.S3;
using Amazon.S3.Model;
using Mesh.Blobs.Remote;
using Microsoft.Extensions.Logging;

namespace Mesh.Blobs.S3;

/// <summary>A multipart upload. Its parts take room, and cost money, until it is completed or aborted.</summary>
internal sealed class S3Upload(
    IAmazonS3 client, string bucket, string key, string id, long size, int parts, RequestPolicy requests, TimeProvider time, ILogger logger) : IObjectUpload
{
    /// <summary>An abort is worth no retries: whoever waits for it has failed already, and a later look finds what stays.</summary>
    private static readonly TimeSpan AbortDeadline = TimeSpan.FromSeconds(5);

    private readonly PartETag[] arrived = new PartETag[parts];
    private bool committed;

    public string Key => key;

    public string Id => id;

    /// <param name="number">From 0.</param>
    public void Arrived(int number, UploadPartResponse part) => arrived[number] = new PartETag(part, copyChecksums: true);

    public async Task CommitAsync(CancellationToken cancellation)
    {
        var request = new CompleteMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = id, PartETags = [.. arrived] };
        await requests.RunAsync(
            async token =>
            {
                try
                {
                    await client.CompleteMultipartUploadAsync(request, token);
                    return true;
                }
                catch (AmazonS3Exception fault) when (fault.ErrorCode == "NoSuchUpload")
                {
                    // Completed by an attempt whose answer was lost, or discarded by somebody.
                    return await IsThereAsync(token) ? true : throw new BlobStoreException("The upload was discarded before it was finished.", fault);
                }
            },
            cancellation);
        committed = true;
    }

    public async ValueTask DisposeAsync()
    {
        if (committed)
        {
            return;
        }
        using var deadline = new CancellationTokenSource(AbortDeadline, time);
        try
        {
            await client.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = id }, deadline.Token);
        }
        catch (AmazonS3Exception gone) when (gone.ErrorCode == "NoSuchUpload")
        {
            // Nothing is left of it.
        }
        catch (Exception fault) when (S3Faults.Judge(fault) is not null)
        {
            logger.PartsLeft(fault);
        }
    }

    private async Task<bool> IsThereAsync(CancellationToken cancellation)
    {
        try
        {
            return (await client.GetObjectMetadataAsync(bucket, key, cancellation)).ContentLength == size;
        }
        catch (AmazonS3Exception fault) when (S3Faults.IsNoObject(fault))
        {
            return false;
        }
    }
}
