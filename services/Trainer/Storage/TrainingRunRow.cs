using Mesh.Trainer.V1;

namespace Mesh.Trainer.Storage;

/// <summary>A training run beside its job row, which has the same name and holds the state.</summary>
public sealed class TrainingRunRow
{
    public required string Project { get; init; }

    public required string RunId { get; init; }

    public required string ProcessedDataset { get; init; }

    /// <summary>The run as created, defaults filled in: a serialized TrainingRun without state.</summary>
    public required byte[] Description { get; init; }

    /// <summary>
    /// How much of the metrics file counts. Written in the transaction that records the events, so whatever a crash left
    /// behind this length is written over.
    /// </summary>
    public long MetricsBytes { get; set; }

    /// <summary>Newest recorded step; a resumed attempt repeats earlier ones, which are not recorded twice.</summary>
    public long LastStep { get; set; }

    /// <summary>Newest recorded epoch: a serialized EpochMetrics.</summary>
    public byte[]? LastEpoch { get; set; }

    public string Name => $"projects/{Project}/trainingRuns/{RunId}";

    public EpochMetrics? ReadLastEpoch() => LastEpoch is null ? null : EpochMetrics.Parser.ParseFrom(LastEpoch);
}
