using Mesh.Blobs.Staging;

namespace Mesh.Blobs.Tests;

internal static class StagingCalls
{
    /// <summary>Appends a whole stream; what arrived before the stream failed is kept.</summary>
    public static async Task<long> AppendAsync(this BlobStaging staging, string id, long offset, Stream content, CancellationToken cancellation)
    {
        await using var writer = await staging.OpenAppendAsync(id, offset, cancellation);
        var buffer = new byte[HashedContent.ChunkSize];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellation)) > 0)
        {
            await writer.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }
        return await writer.CommitAsync(cancellation);
    }
}
