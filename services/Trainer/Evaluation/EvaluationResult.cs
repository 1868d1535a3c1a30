namespace Mesh.Trainer.Evaluation;

/// <summary>How a model does on samples it was not trained on.</summary>
/// <param name="Samples">How many have a label; the rest play no part here.</param>
/// <param name="Loss">Mean cross entropy, in nats.</param>
/// <param name="Accuracy">Share of samples whose highest logit is their label.</param>
public sealed record EvaluationSummary(long Samples, double Loss, double Accuracy);

/// <summary>One class: how many samples have it, how many were said to, and how many rightly.</summary>
public sealed record ClassResult(int Class, long Samples, long Predicted, long Correct)
{
    /// <summary>Share of its predictions that are right; 0 without any.</summary>
    public double Precision => Predicted == 0 ? 0 : (double)Correct / Predicted;

    /// <summary>Share of its samples that were found; 0 without any.</summary>
    public double Recall => Samples == 0 ? 0 : (double)Correct / Samples;

    /// <summary>Harmonic mean of precision and recall.</summary>
    public double F1 => Samples + Predicted == 0 ? 0 : 2.0 * Correct / (Samples + Predicted);
}

/// <summary>The answer to one sample.</summary>
/// <param name="Row">Row in the split.</param>
/// <param name="Label">−1 when the row has none.</param>
/// <param name="Probability">Softmax of the predicted class.</param>
public readonly record struct Prediction(long Row, int Label, int Predicted, float Probability);

/// <summary>The summary, each class, and the answer to each sample in the order of the rows.</summary>
public sealed record EvaluationResult(EvaluationSummary Summary, IReadOnlyList<ClassResult> Classes, IReadOnlyList<Prediction> Predictions);
