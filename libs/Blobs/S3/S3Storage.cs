using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using Mesh.Blobs.Remote;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Blobs.S3;

/// <summary>Objects in a bucket of S3 or of one of the many stores that speak its API.</summary>
/// <param name="unsigned">Leaves the signature of bodies out: over TLS the checksum is enough, and the body is hashed once less.</param>
internal sealed class S3Storage(IAmazonS3 client, string bucket, S3Checksums checksums, bool unsigned, RequestPolicy requests, TimeProvider time, ILogger logger)
    : IObjectStorage
{
    public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation) => requests.RunAsync(
        token =>
        {
            var request = new PutObjectRequest
            {
                BucketName = bucket,
                Key = key,
                InputStream = content.AsStream(),
                UseChunkEncoding = false,
                DisablePayloadSigning = unsigned,
            };
            checksums.Protect(request, content.Span);
            return client.PutObjectAsync(request, token);
        },
        cancellation);

    public async Task<IObjectUpload> StageAsync(string key, SafeFileHandle content, PartPlan parts, CancellationToken cancellation)
    {
        var begin = new InitiateMultipartUploadRequest { BucketName = bucket, Key = key, ChecksumAlgorithm = checksums.Kept };
        var id = (await requests.RunAsync(token => client.InitiateMultipartUploadAsync(begin, token), cancellation)).UploadId;
        var upload = new S3Upload(client, bucket, key, id, parts.Size, parts.Count, requests, time, logger);
        try
        {
            await parts.SendAsync(content, (number, bytes, token) => SendPartAsync(upload, number, bytes, token), cancellation);
            return upload;
        }
        catch
        {
            await upload.DisposeAsync();
            throw;
        }
    }

    public Task<bool> ReadAsync(string key, long offset, Memory<byte> target, CancellationToken cancellation) => requests.RunAsync(
        async token =>
        {
            var request = new GetObjectRequest { BucketName = bucket, Key = key, ByteRange = new ByteRange(offset, offset + target.Length - 1) };
            try
            {
                using var response = await client.GetObjectAsync(request, token);
                await response.ResponseStream.ReadExactlyAsync(target, token);
                return true;
            }
            catch (AmazonS3Exception fault) when (S3Faults.IsNoObject(fault))
            {
                return false;
            }
        },
        cancellation);

    public Task<long?> SizeAsync(string key, CancellationToken cancellation) => requests.RunAsync<long?>(
        async token =>
        {
            try
            {
                return (await client.GetObjectMetadataAsync(bucket, key, token)).ContentLength;
            }
            catch (AmazonS3Exception fault) when (S3Faults.IsNoObject(fault))
            {
                return null;
            }
        },
        cancellation);

    // S3 does not say whether there was something to delete.
    public async Task<bool> DeleteAsync(string key, CancellationToken cancellation)
    {
        if (await SizeAsync(key, cancellation) is null)
        {
            return false;
        }
        await requests.RunAsync(token => client.DeleteObjectAsync(bucket, key, token), cancellation);
        return true;
    }

    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var request = new ListObjectsV2Request { BucketName = bucket, Prefix = prefix };
        do
        {
            var page = await requests.RunAsync(token => client.ListObjectsV2Async(request, token), cancellation);
            foreach (var found in page.S3Objects ?? [])
            {
                yield return new StoredObject(found.Key, found.Size ?? 0);
            }
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (!string.IsNullOrEmpty(request.ContinuationToken));
    }

    public async Task<int> DiscardUnfinishedAsync(string prefix, DateTimeOffset begunBefore, CancellationToken cancellation)
    {
        var discarded = 0;
        var request = new ListMultipartUploadsRequest { BucketName = bucket, Prefix = prefix };
        ListMultipartUploadsResponse page;
        do
        {
            page = await requests.RunAsync(token => client.ListMultipartUploadsAsync(request, token), cancellation);
            foreach (var upload in page.MultipartUploads ?? [])
            {
                if (upload.Initiated is { } begun && begun.ToUniversalTime() < begunBefore.UtcDateTime)
                {
                    await using var unfinished = new S3Upload(client, bucket, upload.Key, upload.UploadId, size: 0, parts: 0, requests, time, logger);
                    discarded++;
                }
            }
            (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        }
        while (page.IsTruncated == true);
        return discarded;
    }

    public void Dispose() => client.Dispose();

    private async Task SendPartAsync(S3Upload upload, int number, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        var sent = await requests.RunAsync(
            token =>
            {
                var request = new UploadPartRequest
                {
                    BucketName = bucket,
                    Key = upload.Key,
                    UploadId = upload.Id,
                    PartNumber = number + 1,
                    PartSize = bytes.Length,
                    InputStream = bytes.AsStream(),
                    UseChunkEncoding = false,
                    DisablePayloadSigning = unsigned,
                };
                checksums.Protect(request, bytes.Span);
                return client.UploadPartAsync(request, token);
            },
            cancellation);
        upload.Arrived(number, sent);
    }
}
