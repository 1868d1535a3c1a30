using Mesh.Blobs.Options;

namespace Mesh.Blobs.Tests.Servers;

/// <summary>The one S3 server of this test process: npm's s3rver with a bucket. Tests have prefixes of their own.</summary>
internal static class S3Server
{
    public const string Bucket = "mesh-tests";

    private static readonly Lazy<Task<NodeServer>> Server = new(() => NodeServer.StartAsync(
        // Its continuation tokens are encrypted with DES, which newer versions of OpenSSL keep apart.
        folder => ["--openssl-legacy-provider", Path.Combine(AppContext.BaseDirectory, "Servers", "s3rver.cjs"), NodeServer.Tools, folder, Bucket]));

    public static Task<NodeServer> StartAsync()
    {
        NodeServer.Require("s3rver");
        return Server.Value;
    }

    /// <param name="endpoint">The server, or a proxy before it.</param>
    public static S3Options Options(Uri endpoint, string prefix) => new()
    {
        Endpoint = endpoint.ToString().TrimEnd('/'),
        Bucket = Bucket,
        Prefix = prefix,
        PathStyle = true,
        // s3rver's one account.
        AccessKey = "S3RVER",
        SecretKey = "S3RVER",
    };
}
