using Amazon.S3;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Imports.Sources;

/// <summary>The source that an address stands for, if it may be imported from here.</summary>
internal sealed class ImportSources(IOptions<ImportOptions> options, WebConnections web) : IDisposable
{
    private readonly Lazy<IAmazonS3> _s3 = new(() => S3Source.Connect(options.Value.S3, options.Value.Stall));

    /// <exception cref="ImportException">It may not, or cannot be.</exception>
    public IImportSource Open(string uri)
    {
        // Read by hand: a URI would lower the case of the bucket and unescape the key.
        if (uri.StartsWith("s3://", StringComparison.Ordinal))
        {
            return OpenS3(uri["s3://".Length..]);
        }

        if (!Uri.TryCreate(uri, UriKind.Absolute, out var address))
        {
            throw Malformed();
        }

        return address switch
        {
            { UserInfo.Length: > 0 } => throw new ImportException("SOURCE_INVALID", "must not contain a user or a password; everyone who may get the import reads it."),
            { Scheme: "file", Host: "" } when options.Value.FileRoots.Count == 0 => throw Off("Files of this machine", "FileRoots"),
            { Scheme: "file", Host: "" } => new FileSource(address.LocalPath, options.Value.FileRoots),
            { Scheme: "http" or "https" } when options.Value.Http.AllowedHosts.Count == 0 => throw Off("Files of web servers", "Http:AllowedHosts"),
            { Scheme: "http" or "https" } => new WebSource(web.Client, address, options.Value.Http, options.Value.Stall),
            _ => throw Malformed(),
        };
    }

    public void Dispose()
    {
        if (_s3.IsValueCreated)
        {
            _s3.Value.Dispose();
        }
    }

    private S3Source OpenS3(string place)
    {
        var slash = place.IndexOf('/');
        var (bucket, prefix) = slash < 0 ? (place, "") : (place[..slash], place[(slash + 1)..]);
        if (options.Value.S3.Buckets.Count == 0)
        {
            throw Off("S3 buckets", "S3:Buckets");
        }

        return options.Value.S3.Buckets.Any(allowed => allowed == "*" && bucket.Length > 0 || allowed == bucket)
            ? new S3Source(_s3.Value, bucket, prefix)
            : throw new ImportException("SOURCE_NOT_ALLOWED", $"\"{bucket}\" is not among the buckets that may be imported from (Imports:S3:Buckets).");
    }

    private static ImportException Malformed() =>
        new("SOURCE_INVALID", "is not of the form \"file:///folder\", \"s3://bucket/prefix\" or \"https://host/path\".");

    private static ImportException Off(string what, string option) => new("SOURCE_NOT_ALLOWED", $"{what} may not be imported here (Imports:{option}).");
}
