namespace Mesh.Transforms;

/// <summary>
/// When a transform runs. The record stage turns a raw record into the columns of a row; that is what shards hold. Images are stored as uint8 and made
/// float32 as they are used: floats would make shards four times as large and slower to read than to compute again; normalising costs less than the
/// memory traffic of the bytes it saves.
/// </summary>
public enum TransformStage
{
    /// <summary>Once per record, before it is stored.</summary>
    Record,

    /// <summary>On stored rows in training, anew each epoch; never in serving.</summary>
    Augment,

    /// <summary>Each time a batch is used, in training and in serving.</summary>
    Batch,
}
