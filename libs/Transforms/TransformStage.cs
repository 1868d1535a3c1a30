namespace Mesh.Transforms;

/// <summary>
/// When a transform runs. The record stage turns a raw record into uint8 [C, H, W] and an int64 label; that is what shards hold. The batch stage
/// turns uint8 rows into float32 as they are used. Floats would make shards four times as large and slower to read than to compute again:
/// normalising costs less than the memory traffic of the bytes it saves.
/// </summary>
public enum TransformStage
{
    /// <summary>Once per record, before it is stored.</summary>
    Record,

    /// <summary>Each time a batch is used, in training and in serving.</summary>
    Batch,
}
