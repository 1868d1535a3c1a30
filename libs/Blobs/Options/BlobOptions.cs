namespace Mesh.Blobs.Options;

/// <summary>Where the blobs of all services are kept; section "Blobs". All services and workers need the same settings, the cache's apart.</summary>
public sealed class BlobOptions : BlobTierOptions
{
    public const string Section = "Blobs";

    /// <inheritdoc/>
    public override string Kind { get; set; } = BlobKind.File;

    /// <summary>
    /// A second, cheaper place that data is moved to when it is seldom used, of any kind; its Kind is empty for none. Once something was moved it has to
    /// stay configured. It must not be the place of the first.
    /// </summary>
    public BlobTierOptions Cold { get; set; } = new();

    /// <summary>
    /// Where this machine keeps copies of remote blobs, which its services share; on a local file system. Empty for "blob-cache" in the state folder. What
    /// is written to a remote store passes through it too, and needs as much room there for that time.
    /// </summary>
    public string CacheFolder { get; set; } = "";

    /// <summary>
    /// Bytes the cache may hold. A training run needs room for all of its data at once; more keeps the data of the runs before, so that they need not be
    /// fetched again.
    /// </summary>
    public long CacheBytes { get; set; } = 64L << 30;

    /// <summary>
    /// Deadline of one request to a remote store, its body included. The largest body is a part of an upload (<see cref="PartMiB"/>): on a slow line give
    /// it time, or make the parts smaller. A hung connection is noticed after this long.
    /// </summary>
    public double RequestSeconds { get; set; } = 60;

    /// <summary>How often a request is tried before its failure is reported. More rides out longer outages, and makes callers wait for them.</summary>
    public int Attempts { get; set; } = 5;

    /// <summary>
    /// MiB of a part of a large upload. Three are on their way at once, and in memory. Larger ones need fewer requests; a failure sends a part again. From
    /// 10,000 parts on they grow by themselves.
    /// </summary>
    public int PartMiB { get; set; } = 8;

    /// <summary>MiB each reader may have on their way at once. More fills a line that is fast and long, and takes that much memory for each reader.</summary>
    public int ReadAheadMiB { get; set; } = 4;

    internal bool HasRemote => IsRemote || Cold.IsRemote;
}
