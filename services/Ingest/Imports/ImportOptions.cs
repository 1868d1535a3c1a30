using System.ComponentModel.DataAnnotations;

namespace Mesh.Ingest.Imports;

/// <summary>
/// What may be imported and how; section "Imports". Every source is off until it is allowed here: an import reads with the rights of
/// this service, so whoever may create imports can read whatever these settings reach.
/// </summary>
public sealed class ImportOptions
{
    public const string Section = "Imports";

    /// <summary>
    /// Folders of this machine from which files may be imported, absolute. Links are resolved, and what lies elsewhere is refused.
    /// </summary>
    public IReadOnlyList<string> FileRoots { get; set; } = [];

    public S3ImportOptions S3 { get; set; } = new();

    public HttpImportOptions Http { get; set; } = new();

    /// <summary>Imports at work at the same time; more share the same network and disk.</summary>
    [Range(1, 64)]
    public int ParallelImports { get; set; } = 2;

    /// <summary>Files of one import at the same time. More hide the delay of a far source when files are small.</summary>
    [Range(1, 64)]
    public int ParallelFiles { get; set; } = 4;

    /// <summary>Files of one import. Each is a row and, once it has ended, a name in its answer; a version cannot have more either.</summary>
    [Range(1, 10_000)]
    public int MaxFiles { get; set; } = 1000;

    /// <summary>Entries that listing a source may go through, those left out by the patterns included. Bounds the time of a listing.</summary>
    [Range(1, int.MaxValue)]
    public int MaxListed { get; set; } = 1_000_000;

    /// <summary>Bytes of all files of one import: what one careless import can cost of the disk.</summary>
    [Range(1, long.MaxValue)]
    public long MaxTotalBytes { get; set; } = 1024L * 1024 * 1024 * 1024;

    /// <summary>
    /// A source that sends nothing for this long is asked again, a few times. Shorter finds a dead one sooner, and gives up one that
    /// is only slow.
    /// </summary>
    [Range(1, 3600)]
    public int StallSeconds { get; set; } = 60;

    /// <summary>
    /// Before the second try of a file whose source broke off; doubled for each of the three further ones. Longer outlasts a source that is
    /// away for a while, and tells of a dead one later.
    /// </summary>
    [Range(0.01, 300)]
    public double RetrySeconds { get; set; } = 1;

    /// <summary>
    /// A process that is silent this long loses its import to another. Only matters with several replicas. A cancellation is noticed
    /// within a third of it.
    /// </summary>
    [Range(1, 3600)]
    public int LeaseSeconds { get; set; } = 15;

    /// <summary>Hours after its end for which an import can be asked about.</summary>
    [Range(1.0, 24 * 365)]
    public double KeepHours { get; set; } = 7 * 24;

    internal TimeSpan Lease => TimeSpan.FromSeconds(LeaseSeconds);

    internal TimeSpan Stall => TimeSpan.FromSeconds(StallSeconds);
}

/// <summary>Section "Imports:S3".</summary>
public sealed class S3ImportOptions
{
    /// <summary>Buckets that may be imported from; "*" for all that the credentials reach. None turns S3 off.</summary>
    public IReadOnlyList<string> Buckets { get; set; } = [];

    /// <summary>"https://minio.example.org:9000" for stores other than AWS; empty for AWS.</summary>
    public string Endpoint { get; set; } = "";

    public string Region { get; set; } = "us-east-1";

    /// <summary>Empty, with the secret, for buckets that everyone may read. Give both by the environment (Imports__S3__SecretKey).</summary>
    public string AccessKey { get; set; } = "";

    public string SecretKey { get; set; } = "";

    /// <summary>The bucket in the path rather than in the host's name, as MinIO and Ceph want it unless told otherwise.</summary>
    public bool PathStyle { get; set; }
}

/// <summary>Section "Imports:Http".</summary>
public sealed class HttpImportOptions
{
    /// <summary>Hosts that may be imported from: "data.example.org", "*.example.org", "*" for all. Redirects must stay among them. None turns web imports off.</summary>
    public IReadOnlyList<string> AllowedHosts { get; set; } = [];

    /// <summary>Also http://, where anyone on the way can change the bytes.</summary>
    public bool AllowHttp { get; set; }

    /// <summary>
    /// Also addresses of this machine and its networks. Dangerous with hosts of others: they choose the address that their name
    /// stands for, and can make it one of an internal service.
    /// </summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>Largest file.</summary>
    [Range(1, long.MaxValue)]
    public long MaxBytes { get; set; } = 64L * 1024 * 1024 * 1024;
}
