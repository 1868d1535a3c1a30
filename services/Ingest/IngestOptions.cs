using System.ComponentModel.DataAnnotations;

namespace Mesh.Ingest;

/// <summary>Settings of the Ingest service, section "Ingest". The limit of one upload is <c>Uploads:MaxBytes</c>.</summary>
public sealed class IngestOptions
{
    public const string Section = "Ingest";

    /// <summary>
    /// Versions parsed at the same time. Each takes one core and a few MiB; more of them finish many small versions sooner
    /// and leave less for reads.
    /// </summary>
    [Range(1, 64)]
    public int ParallelCommits { get; set; } = 2;

    /// <summary>
    /// A process that is silent this long loses the version it commits to another. Only matters with several replicas:
    /// shorter goes on sooner after a crash, too short takes versions away from processes that were only slow.
    /// </summary>
    [Range(1, 3600)]
    public int CommitLeaseSeconds { get; set; } = 15;

    /// <summary>Uploads that one version may be made of. A request and a manifest hold them all, so this bounds both.</summary>
    [Range(1, 10_000)]
    public int MaxFilesPerVersion { get; set; } = 1000;

    /// <summary>
    /// Largest image file or raw image in bytes; larger ones are rejected records. A record travels in one message, and
    /// clients take messages of at most 16 MiB.
    /// </summary>
    [Range(1024, 15 * 1024 * 1024)]
    public int MaxImageBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>
    /// Largest width times height of an image; larger ones are rejected records. Decoding takes about four bytes a pixel
    /// later on, so a small file with huge dimensions would cost whoever trains on it.
    /// </summary>
    [Range(1, 1_000_000_000)]
    public long MaxImagePixels { get; set; } = 64L * 1024 * 1024;

    /// <summary>
    /// Records that one IDX, Parquet or Arrow file may have. They stream, so this bounds time; what stays in memory of rejected ones is bounded
    /// by <see cref="MaxRejected"/>.
    /// </summary>
    [Range(1, 1_000_000_000)]
    public long MaxRecords { get; set; } = 50_000_000;

    /// <summary>
    /// Rejected records with which a version can still succeed; a commit stops at the next one, whatever share they are. Each is
    /// remembered, in 8 bytes while committing or reading and in one to three bytes in the database.
    /// </summary>
    [Range(0, 50_000_000)]
    public int MaxRejected { get; set; } = 1_000_000;

    /// <summary>
    /// Entries of one archive, folders included. A zip's directory is in memory while it is read: about 80 bytes and the
    /// name, an entry.
    /// </summary>
    [Range(1, 20_000_000)]
    public int MaxArchiveEntries { get; set; } = 2_000_000;

    /// <summary>
    /// Bytes that all files of a version may expand to. Nothing is stored expanded; this bounds the time that one version
    /// can keep a core busy.
    /// </summary>
    [Range(1024, long.MaxValue)]
    public long MaxExpandedBytes { get; set; } = 1024L * 1024 * 1024 * 1024;

    /// <summary>
    /// How many times its compressed size an archive (or an entry of a zip) may expand before it counts as a compression
    /// bomb. Image files hardly compress; raise it only for archives of plain bitmaps.
    /// </summary>
    [Range(2, 1_000_000)]
    public int MaxExpansionRatio { get; set; } = 200;

    /// <summary>
    /// Columns of one version. Every column costs memory while a version is committed (its statistics) and a value in each
    /// record that is read.
    /// </summary>
    [Range(1, 10_000)]
    public int MaxColumns { get; set; } = 1000;

    /// <summary>
    /// Characters of one row or line, and bytes of one text file that is a record. A longer row of a table fails the commit,
    /// because it mostly means a quote that is not closed; a longer record elsewhere is rejected. It is in memory as a whole.
    /// </summary>
    [Range(1024, 15 * 1024 * 1024)]
    public int MaxRecordBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>
    /// Bytes that one batch of an Arrow file or one page of a Parquet file may expand to; larger ones fail the commit. It is
    /// in memory as a whole, an Arrow batch twice and a page for every column, while a version is committed or read.
    /// </summary>
    [Range(64 * 1024, 1024 * 1024 * 1024)]
    public int MaxBatchBytes { get; set; } = 256 * 1024 * 1024;

    /// <summary>
    /// Bytes of a Parquet file that is compressed or in an archive. It lies on the local disk, in the service's state folder,
    /// while it is committed or read: this bounds what each of these takes there.
    /// </summary>
    [Range(1024, long.MaxValue)]
    public long MaxSpooledBytes { get; set; } = 16L * 1024 * 1024 * 1024;

    /// <summary>Different labels in one version. The class histogram holds them all and is part of every answer about the version.</summary>
    [Range(1, 1_000_000)]
    public int MaxLabels { get; set; } = 10_000;

    /// <summary>
    /// Days without a read after which the files of a version move to the cold store (section "Blobs:Cold"); 0 for never.
    /// They can be read there as before, for the price and at the speed of that store, and do not come back by themselves.
    /// </summary>
    [Range(0, 36_500)]
    public int ColdAfterDays { get; set; }

    /// <summary>Minutes between two looks for versions that have gone cold.</summary>
    [Range(0.01, 24 * 60)]
    public double ColdSweepMinutes { get; set; } = 60;

    /// <summary>
    /// Whether caches on the way may keep what is downloaded over HTTP and give it to others ("Cache-Control: public"), so that a CDN can
    /// stand in front. Such a cache does not ask who wants it: only for data that everyone who reaches it may have.
    /// </summary>
    public bool PublicDownloads { get; set; }

    /// <summary>
    /// Annotated images and boxes of one version, together. COCO and YOLO annotations come in any order, so they are in memory
    /// while a version is committed or read, for each reader: 48 bytes a box, and for an image about 250 and its name.
    /// </summary>
    [Range(1, 100_000_000)]
    public int MaxBoxes { get; set; } = 5_000_000;

    /// <summary>
    /// Largest compiled gettext catalogue (.mo) in bytes. It is in memory as a whole while it is read; other texts of
    /// sentences stream.
    /// </summary>
    [Range(1024, 1024 * 1024 * 1024)]
    public int MaxCatalogueBytes { get; set; } = 64 * 1024 * 1024;

    internal TimeSpan CommitLease => TimeSpan.FromSeconds(CommitLeaseSeconds);
}
