using Azure.Storage.Blobs;
using Mesh.Blobs.Options;

namespace Mesh.Blobs.Tests.Servers;

/// <summary>The one Azure Blob server of this test process: npm's azurite with a container. Tests have prefixes of their own.</summary>
internal static class AzureServer
{
    public const string Container = "mesh-tests";

    // The account of every emulator; published.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly Lazy<Task<NodeServer>> Server = new(async () =>
    {
        // The client's API may be newer than the emulator's.
        var server = await NodeServer.StartAsync(folder =>
        [
            Path.Combine(NodeServer.Tools, "node_modules", ".bin", "azurite-blob"), "--blobHost", "127.0.0.1", "--blobPort", "0", "--location", folder,
            "--silent", "--disableTelemetry", "--skipApiVersionCheck",
        ]);
        await new BlobContainerClient(Options(server.Address, "").ConnectionString, Container).CreateAsync();
        return server;
    });

    public static Task<NodeServer> StartAsync()
    {
        NodeServer.Require("azurite");
        return Server.Value;
    }

    /// <param name="endpoint">The server, or a proxy before it.</param>
    public static AzureOptions Options(Uri endpoint, string prefix) => new()
    {
        ConnectionString = $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={endpoint}{Account};",
        Container = Container,
        Prefix = prefix,
    };
}
