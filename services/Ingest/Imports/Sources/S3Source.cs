using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Mesh.Ingest.Imports.Sources;

/// <summary>An object, or all objects below a prefix, of an S3 bucket.</summary>
/// <param name="prefix">As the bucket has it: nothing is unescaped.</param>
internal sealed class S3Source(IAmazonS3 s3, string bucket, string prefix) : IImportSource
{
    public static IAmazonS3 Connect(S3ImportOptions options, TimeSpan stall)
    {
        AWSCredentials credentials = options.AccessKey.Length > 0 ? new BasicAWSCredentials(options.AccessKey, options.SecretKey) : new AnonymousAWSCredentials();
        var config = new AmazonS3Config { ForcePathStyle = options.PathStyle, Timeout = stall, ConnectTimeout = TimeSpan.FromSeconds(10), MaxErrorRetry = 2 };
        if (options.Endpoint.Length > 0)
        {
            (config.ServiceURL, config.AuthenticationRegion) = (options.Endpoint, options.Region);
        }
        else
        {
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(options.Region);
        }

        return new AmazonS3Client(credentials, config);
    }

    public async IAsyncEnumerable<SourceEntry> ListAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var isFolder = prefix.Length == 0 || prefix.EndsWith('/');
        if (!isFolder && await FindAsync(cancel) is { } single)
        {
            yield return single;
            yield break;
        }

        var folder = isFolder ? prefix : prefix + "/";
        var request = new ListObjectsV2Request { BucketName = bucket, Prefix = folder };
        do
        {
            var page = await GuardAsync("The bucket", () => s3.ListObjectsV2Async(request, cancel), cancel);
            foreach (var found in page.S3Objects ?? [])
            {
                // Tools make empty objects that stand for folders.
                if (!found.Key.EndsWith('/'))
                {
                    yield return new SourceEntry(found.Key[folder.Length..], found.Key, found.Size ?? 0, found.ETag ?? "");
                }
            }

            request.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (request.ContinuationToken is not null);
    }

    public async Task<SourceContent> OpenAsync(SourceEntry entry, long offset, CancellationToken cancel)
    {
        var total = entry.Bytes ?? 0;
        if (offset == total)
        {
            // No range can say "nothing".
            return new SourceContent(Stream.Null, offset, total);
        }

        var request = new GetObjectRequest { BucketName = bucket, Key = entry.Key, EtagToMatch = entry.Version.Length > 0 ? entry.Version : null };
        if (offset > 0)
        {
            request.ByteRange = new ByteRange(offset, total - 1);
        }

        var response = await GuardAsync(entry.Path, () => s3.GetObjectAsync(request, cancel), cancel);
        return new SourceContent(response.ResponseStream, offset, total, response);
    }

    public void Dispose()
    {
        // The client is shared.
    }

    private async Task<SourceEntry?> FindAsync(CancellationToken cancel)
    {
        try
        {
            var found = await s3.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = bucket, Key = prefix }, cancel);
            return new SourceEntry(prefix[(prefix.LastIndexOf('/') + 1)..], prefix, found.ContentLength, found.ETag ?? "");
        }
        catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.NotFound)
        {
            return null;
        }
        catch (Exception e) when (Explain("The object", e, cancel) is { } explained)
        {
            throw explained;
        }
    }

    private static async Task<T> GuardAsync<T>(string what, Func<Task<T>> call, CancellationToken cancel)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (Explain(what, e, cancel) is { } explained)
        {
            throw explained;
        }
    }

    private static Exception? Explain(string what, Exception e, CancellationToken cancel) => e switch
    {
        _ when cancel.IsCancellationRequested => null,
        AmazonS3Exception { StatusCode: HttpStatusCode.NotFound } => new ImportException("SOURCE_NOT_FOUND", $"{what} does not exist."),
        AmazonS3Exception { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } => new ImportException("SOURCE_DENIED", $"{what} may not be read with the credentials of this service."),
        AmazonS3Exception { StatusCode: HttpStatusCode.PreconditionFailed } => new ImportException("SOURCE_CHANGED", $"{what} has changed since the source was listed."),
        AmazonS3Exception { StatusCode: >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError and not HttpStatusCode.TooManyRequests and not HttpStatusCode.RequestTimeout } s3 =>
            new ImportException("SOURCE_REFUSED", $"{what}: the store answers {s3.ErrorCode}."),
        AmazonServiceException or AmazonClientException or HttpRequestException or IOException or OperationCanceledException => new SourceBrokenException("The store does not answer.", e),
        _ => null,
    };
}
