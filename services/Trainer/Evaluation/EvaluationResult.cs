namespace Mesh.Trainer.Evaluation;

/// <summary>How a model does on samples it was not trained on.</summary>
/// <param name="Samples">How many have a label; the rest play no part here.</param>
/// <param name="Loss">Mean cross entropy, in nats.</param>
/// <param name="Accuracy">Share of samples whose highest logit is their label.</param>
public sealed record EvaluationSummary(long Samples, double Loss, double Accuracy);

/// <summary>One class: how many samples have it, and how many of them were found.</summary>
public sealed record ClassResult(int Class, long Samples, long Correct)
{
    /// <summary>Share of its samples that were found; 0 without any.</summary>
    public double Recall => Samples == 0 ? 0 : (double)Correct / Samples;
}

/// <summary>The answer to one sample.</summary>
/// <param name="Row">Row in the split.</param>
/// <param name="Label">−1 when the row has none.</param>
public readonly record struct Prediction(long Row, int Label, int Predicted);

/// <summary>The summary, each class, and the answer to each sample in the order of the rows.</summary>
public sealed record EvaluationResult(EvaluationSummary Summary, IReadOnlyList<ClassResult> Classes, IReadOnlyList<Prediction> Predictions);
