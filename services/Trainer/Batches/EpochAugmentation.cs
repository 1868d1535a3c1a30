using Mesh.Transforms.Augmenting;
using Mesh.Transforms.Rows;

namespace Mesh.Trainer.Batches;

/// <summary>The random changes to the training samples in one epoch: a function of (seed, epoch, row), so a resumed run sees the very same ones.</summary>
/// <param name="stage">For rows of the image alone.</param>
/// <param name="seed">Of the run.</param>
/// <param name="epoch">From 0.</param>
public sealed class EpochAugmentation(AugmentStage stage, long seed, int epoch)
{
    /// <summary>Whether images are mixed with one another, and their labels with them.</summary>
    public bool Mixes => stage.Mix is not null;

    /// <summary>Changes the images of a batch in place.</summary>
    /// <param name="images">uint8 [n, C, H, W].</param>
    /// <param name="rows">For each image, its row in the split.</param>
    /// <param name="shares">When it mixes: becomes how much of itself is left in each image; the rest is of the next one.</param>
    public void Apply(Memory<byte> images, ReadOnlySpan<long> rows, Span<float> shares)
    {
        using var batch = RowBatch.Over(stage.Columns, rows.Length, images);
        for (var i = 0; i < rows.Length; i++)
        {
            stage.Apply(batch[i], seed, epoch, rows[i]);
        }
        stage.Mix?.Apply(batch, rows, seed, epoch, shares);
    }
}
