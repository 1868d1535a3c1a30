using Mesh.Inference.V1;

namespace Mesh.Inference.Predictions;

/// <summary>Logits into the most probable classes.</summary>
internal static class TopClasses
{
    /// <param name="logits">One per label.</param>
    /// <param name="count">How many classes; 0 is all.</param>
    /// <returns>Softmax probabilities (over all classes, in double precision), best first; of equals the lower index first.</returns>
    public static Prediction Of(ReadOnlySpan<float> logits, IReadOnlyList<string> labels, int count)
    {
        // Shifted by the largest, so that no exponential overflows.
        var largest = double.NegativeInfinity;
        foreach (var logit in logits)
        {
            largest = Math.Max(largest, logit);
        }

        var weights = new double[logits.Length];
        var sum = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            sum += weights[i] = Math.Exp(logits[i] - largest);
        }

        var order = Enumerable.Range(0, weights.Length).OrderByDescending(i => weights[i]).Take(count == 0 ? weights.Length : count);
        return new Prediction
        {
            Classes = { order.Select(i => new ClassScore { Label = labels[i], Index = i, Probability = weights[i] / sum }) },
        };
    }
}
