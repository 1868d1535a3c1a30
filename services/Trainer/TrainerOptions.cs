using System.ComponentModel.DataAnnotations;

namespace Mesh.Trainer;

/// <summary>Settings of the Trainer service, section "Trainer".</summary>
public sealed class TrainerOptions
{
    public const string Section = "Trainer";

    /// <summary>
    /// How often a run checkpoints inside an epoch when its creator does not say. A killed worker loses at most this
    /// much work; each checkpoint stops training for as long as the disk takes (milliseconds for small models).
    /// </summary>
    [Range(1, 86400)]
    public int CheckpointIntervalSeconds { get; set; } = 30;

    /// <summary>
    /// Metrics in one message of a watch; more come in the next. Bounds what a late watcher of a long run gets at once;
    /// 20,000 are about 1 MB, and clients take 4 MB.
    /// </summary>
    [Range(1, 20_000)]
    public int WatchBatch { get; set; } = 4000;
}
