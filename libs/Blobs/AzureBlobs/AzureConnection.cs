using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Mesh.Blobs.Options;
using Mesh.Blobs.Remote;

namespace Mesh.Blobs.AzureBlobs;

internal static class AzureConnection
{
    public static AzureStorage Open(AzureOptions options, RequestPolicy requests) => new(Container(options), requests);

    /// <summary>Whether the client can read it; says nothing of its values.</summary>
    public static bool IsValid(string connectionString)
    {
        try
        {
            _ = new BlobServiceClient(connectionString);
            return true;
        }
        catch (Exception malformed) when (malformed is FormatException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    private static BlobContainerClient Container(AzureOptions options)
    {
        var client = new BlobClientOptions();
        // Attempts and deadlines are the policy's.
        client.Retry.MaxRetries = 0;
        client.Retry.NetworkTimeout = Timeout.InfiniteTimeSpan;
        client.Diagnostics.IsLoggingContentEnabled = false;
        if (options.ConnectionString.Length > 0)
        {
            return new BlobContainerClient(options.ConnectionString, options.Container, client);
        }
        var account = new Uri(options.Endpoint.TrimEnd('/') + "/");
        var service = options.AccountKey.Length > 0
            ? new BlobServiceClient(account, new StorageSharedKeyCredential(new BlobUriBuilder(account).AccountName, options.AccountKey), client)
            : new BlobServiceClient(account, new AzureSasCredential(options.SasToken), client);
        return service.GetBlobContainerClient(options.Container);
    }
}
