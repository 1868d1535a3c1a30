using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Mesh.Blobs.Remote;

namespace Mesh.Blobs.AzureBlobs;

/// <summary>Blocks that were sent and not committed.</summary>
/// <param name="size">Bytes of all of them.</param>
internal sealed class AzureUpload(BlockBlobClient blob, IReadOnlyList<string> blocks, long size, RequestPolicy requests) : IObjectUpload
{
    public Task CommitAsync(CancellationToken cancellation) => requests.RunAsync(
        async token =>
        {
            try
            {
                await blob.CommitBlockListAsync(blocks, new CommitBlockListOptions(), token);
                return true;
            }
            catch (RequestFailedException fault) when (fault.ErrorCode == BlobErrorCode.InvalidBlockList)
            {
                // A writer of the same bytes in parts of another size committed, which discarded these blocks: the blob is there.
                var found = await blob.ExistsAsync(token) ? (await blob.GetPropertiesAsync(cancellationToken: token)).Value.ContentLength : -1;
                return found == size ? true : throw new BlobStoreException("The upload was discarded before it was finished.", fault);
            }
        },
        cancellation);

    // Other writers may count on the same blocks; Azure discards what nobody commits.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
