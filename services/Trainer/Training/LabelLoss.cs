using static TorchSharp.torch;

namespace Mesh.Trainer.Training;

/// <summary>Cross-entropy against labels, the mean over a batch.</summary>
public static class LabelLoss
{
    /// <param name="logits">float32 [n, classes].</param>
    /// <param name="labels">int64 [n].</param>
    /// <param name="shares">
    /// float32 [n]: so much of each input is of its own label, and the rest of the label of the next one, the last's of the first. Null when inputs are
    /// not mixed.
    /// </param>
    /// <param name="smoothing">Share of the target that is spread over all classes.</param>
    public static Tensor Of(Tensor logits, Tensor labels, Tensor? shares, double smoothing)
    {
        if (shares is null) return nn.functional.cross_entropy(logits, labels, label_smoothing: smoothing);

        var own = nn.functional.cross_entropy(logits, labels, reduction: nn.Reduction.None, label_smoothing: smoothing);
        var next = nn.functional.cross_entropy(logits, labels.roll(-1), reduction: nn.Reduction.None, label_smoothing: smoothing);
        return (shares * own + (1 - shares) * next).mean();
    }
}
