using System.ComponentModel.DataAnnotations;

namespace Mesh.Uploads;

/// <summary>Limits of uploads; configuration section "Uploads".</summary>
public sealed class UploadOptions
{
    /// <summary>
    /// Largest upload in bytes. Its bytes take disk space until something is made of it, it is deleted or it expires, so this
    /// bounds what one forgotten upload can cost.
    /// </summary>
    [Range(1, long.MaxValue)]
    public long MaxBytes { get; set; } = 256L * 1024 * 1024 * 1024;

    /// <summary>
    /// Where the uploads under way are, each service's in a folder of its own below this; by default "uploads" in the service's state
    /// folder. Replicas of a service must share it, as a call may reach any of them: on one machine, or on a file system with locks that
    /// all machines see. On the file system of a file store the end of an upload is a rename, elsewhere a copy.
    /// </summary>
    public string Folder { get; set; } = "";

    /// <summary>
    /// Bytes written between two syncs of one upload; the next are written while a sync runs. A crash costs the sender at most
    /// twice this much to send again; smaller values cost a disk flush more often.
    /// </summary>
    [Range(1, 1024L * 1024 * 1024)]
    public long BytesPerSync { get; set; } = 8L * 1024 * 1024;

    /// <summary>
    /// Seconds a second writer of the same upload waits for the first to let go before it is refused. A client that lost its
    /// connection comes back within this time while the service still notices the break.
    /// </summary>
    [Range(0.0, 60.0)]
    public double WriterWaitSeconds { get; set; } = 2;

    /// <summary>
    /// Seconds after which a call that finishes or hashes an upload answers though that is not done: it goes on, and the client asks
    /// again. Less than proxies allow a call on which nothing moves (the gateway allows 100 s), and than clients wait (30 s).
    /// </summary>
    [Range(0.01, 25.0)]
    public double AnswerSeconds { get; set; } = 20;

    /// <summary>
    /// Uploads whose bytes are hashed and moved into the store at the same time; others wait for their turn. Each holds a connection to
    /// PostgreSQL for as long as that takes and, on the way to a remote store, three parts in memory (Blobs:PartMiB).
    /// </summary>
    [Range(1, 64)]
    public int ParallelFinishes { get; set; } = 8;

    internal TimeSpan Answer => TimeSpan.FromSeconds(AnswerSeconds);

    /// <summary>
    /// Hours after which an upload is deleted with its bytes: an unfinished one since its last byte, a finished one since it
    /// was created, or since a version was made of it (the version keeps the bytes). Longer lets people resume later; shorter
    /// frees the disk sooner.
    /// </summary>
    [Range(1.0, 24 * 365)]
    public double KeepHours { get; set; } = 7 * 24;

    /// <summary>Minutes between two looks for expired uploads and blobs that nothing refers to. A look reads the table of uploads.</summary>
    [Range(0.01, 24 * 60)]
    public double SweepMinutes { get; set; } = 60;
}
