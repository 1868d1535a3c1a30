using Mesh.ServiceDefaults.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Mesh.Blobs.Http;

/// <summary>
/// Blobs as answers over plain HTTP: ranges, conditions, and caching for ever, since what a digest names never changes. A byte leaves only once
/// its chunk is proven; a chunk that is damaged breaks the connection.
/// </summary>
public static class BlobHttp
{
    /// <param name="fileName">What a browser calls it; null leaves that to the browser.</param>
    /// <param name="isPublic">Whether a cache that many share may keep it.</param>
    /// <exception cref="MeshException">DATA_LOSS when it is damaged or gone; UNAVAILABLE when the store does not answer.</exception>
    public static async Task SendAsync(HttpContext http, IBlobStore blobs, BlobScope scope, BlobDigest digest, string? fileName, bool isPublic, ILogger logger)
    {
        try
        {
            await using var bytes = await blobs.OpenReadAsync(scope, digest, cancellation: http.RequestAborted);
            var headers = http.Response.Headers;
            var base64 = Convert.ToBase64String(digest.ToHash());
            headers["Repr-Digest"] = $"sha-256=:{base64}:";
            headers["Digest"] = $"sha-256={base64}";
            // Once the status is known: an answer without the bytes, to a range or a condition that does not hold, is not to be kept.
            http.Response.OnStarting(() =>
            {
                if (http.Response.StatusCode is StatusCodes.Status200OK or StatusCodes.Status206PartialContent or StatusCodes.Status304NotModified)
                {
                    headers.CacheControl = $"{(isPublic ? "public" : "private")}, max-age=31536000, immutable";
                }

                return Task.CompletedTask;
            });
            // Whatever the bytes look like, a browser is to show none of them.
            headers.XContentTypeOptions = "nosniff";
            var answer = Results.Stream(
                bytes, "application/octet-stream", fileName, entityTag: new EntityTagHeaderValue($"\"{digest.Hex}\""), enableRangeProcessing: true);
            await answer.ExecuteAsync(http);
        }
        catch (BlobStoreException e)
        {
            logger.NotSent(digest.Hex, scope.Project, e);
            if (!http.Response.HasStarted)
            {
                http.Response.Clear();
            }

            throw e is BlobCorruptException or BlobNotFoundException
                ? MeshError.DataLoss(e.Message)
                : MeshError.Unavailable("STORAGE_FAILED", e.Message, TimeSpan.FromSeconds(5));
        }
    }
}
