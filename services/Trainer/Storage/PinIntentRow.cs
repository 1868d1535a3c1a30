namespace Mesh.Trainer.Storage;

/// <summary>A pin that is about to be made for a run that is about to be created. Goes in the transaction that writes the run.</summary>
public sealed class PinIntentRow
{
    public long IntentId { get; init; }

    public required string Project { get; init; }

    public required string RunId { get; init; }

    public required string ProcessedDataset { get; init; }

    public required long CreatedTicks { get; init; }
}
