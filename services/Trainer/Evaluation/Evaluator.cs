using Mesh.Shards.Loading;
using Mesh.Trainer.Batches;
using Mesh.Trainer.Torch;
using Mesh.Trainer.Training;
using static TorchSharp.torch;

namespace Mesh.Trainer.Evaluation;

/// <summary>Runs a model over all samples of a split. Leaves the module in evaluation mode.</summary>
public static class Evaluator
{
    /// <summary>Keeps 16 bytes a sample. Null when <paramref name="stop"/> asked to end before it was done.</summary>
    public static EvaluationResult? Evaluate(GraphModule module, SampleSource source, int batchSize, Device device, StopSignal? stop = null)
    {
        module.eval();
        using var noGrad = no_grad();
        var predictions = new List<Prediction>(source.Count);
        var lossSum = 0.0;
        using var loader = new BatchLoader(source, SampleOrder.Sequential(source.Count, batchSize));
        foreach (var batch in loader.Batches())
        {
            using var done = batch;
            if (stop?.Requested is not null) return null;
            using var scope = NewDisposeScope();
            // Waits for the device once a batch.
            var logProbabilities = nn.functional.log_softmax(module.call(batch.Inputs.to(device)), 1).cpu().data<float>().ToArray();
            lossSum += Read(batch, logProbabilities, source, predictions);
        }
        return Summarise(predictions, lossSum, module.Graph.OutputShape.Elements);
    }

    private static double Read(Batch batch, ReadOnlySpan<float> logProbabilities, SampleSource source, List<Prediction> predictions)
    {
        var classes = logProbabilities.Length / batch.Count;
        var loss = 0.0;
        for (var i = 0; i < batch.Count; i++)
        {
            var row = logProbabilities.Slice(i * classes, classes);
            var predicted = 0;
            for (var c = 1; c < classes; c++)
                if (row[c] > row[predicted]) predicted = c;
            var sample = batch.Samples.Span[i];
            var label = source.Label(sample);
            if (label != SampleSource.Unlabelled) loss -= row[label];
            predictions.Add(new Prediction(source.Row(sample), label, predicted));
        }
        return loss;
    }

    private static EvaluationResult Summarise(List<Prediction> predictions, double lossSum, int classes)
    {
        var (samples, correct) = (new long[classes], new long[classes]);
        var labelled = 0L;
        foreach (var p in predictions)
        {
            if (p.Label == SampleSource.Unlabelled) continue;
            labelled++;
            samples[p.Label]++;
            if (p.Label == p.Predicted) correct[p.Label]++;
        }
        return new EvaluationResult(
            labelled == 0 ? new EvaluationSummary(0, 0, 0) : new EvaluationSummary(labelled, lossSum / labelled, (double)correct.Sum() / labelled),
            [.. Enumerable.Range(0, classes).Select(c => new ClassResult(c, samples[c], correct[c]))],
            predictions);
    }
}
