using System.Runtime.CompilerServices;
using System.Text;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Mesh.Blobs.Remote;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Blobs.AzureBlobs;

/// <summary>Block blobs in a container of Azure Blob Storage.</summary>
internal sealed class AzureStorage(BlobContainerClient container, RequestPolicy requests) : IObjectStorage
{
    // The client computes the MD5 of what it sends, the server that of what it got.
    private static readonly UploadTransferValidationOptions Checksum = new() { ChecksumAlgorithm = StorageChecksumAlgorithm.MD5 };

    public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var blob = container.GetBlockBlobClient(key);
        var whole = new BlobUploadOptions
        {
            TransferValidation = Checksum,
            // One request for all of it: the client stages blocks from this size on.
            TransferOptions = new StorageTransferOptions { InitialTransferSize = content.Length + 1L },
        };
        return requests.RunAsync(token => blob.UploadAsync(content.AsStream(), whole, token), cancellation);
    }

    public async Task<IObjectUpload> StageAsync(string key, SafeFileHandle content, PartPlan parts, CancellationToken cancellation)
    {
        var blob = container.GetBlockBlobClient(key);
        var options = new BlockBlobStageBlockOptions { TransferValidation = Checksum };
        await parts.SendAsync(
            content,
            (number, bytes, token) => requests.RunAsync(attempt => blob.StageBlockAsync(BlockId(parts, number), bytes.AsStream(), options, attempt), token),
            cancellation);
        return new AzureUpload(blob, [.. Enumerable.Range(0, parts.Count).Select(number => BlockId(parts, number))], parts.Size, requests);
    }

    public Task<bool> ReadAsync(string key, long offset, Memory<byte> target, CancellationToken cancellation) => requests.RunAsync(
        async token =>
        {
            try
            {
                var range = new BlobDownloadOptions { Range = new HttpRange(offset, target.Length) };
                using var download = (await container.GetBlobClient(key).DownloadStreamingAsync(range, token)).Value;
                await download.Content.ReadExactlyAsync(target, token);
                return true;
            }
            catch (RequestFailedException fault) when (AzureFaults.IsNoBlob(fault))
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
                return (await container.GetBlobClient(key).GetPropertiesAsync(cancellationToken: token)).Value.ContentLength;
            }
            catch (RequestFailedException fault) when (AzureFaults.IsNoBlob(fault))
            {
                return null;
            }
        },
        cancellation);

    public Task<bool> DeleteAsync(string key, CancellationToken cancellation) => requests.RunAsync(
        async token => (await container.GetBlobClient(key).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: token)).Value,
        cancellation);

    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var options = new GetBlobsOptions { Prefix = prefix };
        string? next = null;
        do
        {
            var from = next;
            var page = await requests.RunAsync(
                async token => await container.GetBlobsAsync(options, token).AsPages(from).FirstAsync(token), cancellation);
            foreach (var found in page.Values)
            {
                yield return new StoredObject(found.Name, found.Properties.ContentLength ?? 0);
            }
            next = page.ContinuationToken;
        }
        while (!string.IsNullOrEmpty(next));
    }

    /// <summary>Does nothing: Azure itself discards blocks that were not committed for a week, and they cannot be listed.</summary>
    public Task<int> DiscardUnfinishedAsync(string prefix, DateTimeOffset begunBefore, CancellationToken cancellation) => Task.FromResult(0);

    public void Dispose()
    {
        // The client holds nothing of its own.
    }

    /// <summary>
    /// Blocks belong to the blob, not to an upload: two writers of the same bytes share them. So a block's name says which bytes it has, and it does not
    /// matter who sent it.
    /// </summary>
    private static string BlockId(PartPlan parts, int number) => Convert.ToBase64String(Encoding.ASCII.GetBytes($"{parts.PartBytes:x8}-{number:x8}"));
}
