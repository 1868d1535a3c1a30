namespace Mesh.Blobs.Options;

/// <summary>
/// A bucket of Amazon S3, or of a store that speaks its API (MinIO, Ceph, Cloudflare R2, Google Cloud Storage). The bucket must exist, belong to Mesh alone
/// under <see cref="Prefix"/>, and list its keys in order, as all but Amazon's directory buckets do. A lifecycle rule that aborts incomplete multipart
/// uploads is worth having, but not needed.
/// </summary>
public sealed class S3Options
{
    /// <summary>Where the store is, such as "https://minio.example.org:9000". Empty for Amazon, which has one in each region. Without TLS (http) bytes travel readable.</summary>
    public string Endpoint { get; set; } = "";

    /// <summary>Amazon's name of the region. Other stores have names of their own: "auto" for R2, mostly anything for MinIO and Ceph.</summary>
    public string Region { get; set; } = "us-east-1";

    public string Bucket { get; set; } = "";

    /// <summary>Begins all keys, so that several installations can share a bucket: "mesh/production".</summary>
    public string Prefix { get; set; } = "";

    /// <summary>Puts the bucket into the path instead of the host name. Needed where the store's host names have no wildcard: MinIO and Ceph as they are mostly set up.</summary>
    public bool PathStyle { get; set; }

    /// <summary>
    /// What the server compares uploads with: "sha256", or "md5" for stores that do not know S3's newer checksums and would ignore them (Google Cloud
    /// Storage, old versions of Ceph and MinIO).
    /// </summary>
    public string Checksum { get; set; } = "sha256";

    /// <summary>Empty to take all three from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. It needs to get, put, delete and list objects, and to list and abort multipart uploads.</summary>
    public string AccessKey { get; set; } = "";

    /// <summary>Set it in the environment (Blobs__S3__SecretKey), not in a file.</summary>
    public string SecretKey { get; set; } = "";

    /// <summary>Of temporary credentials only. They are not renewed: what runs longer than they last, fails.</summary>
    public string SessionToken { get; set; } = "";
}
