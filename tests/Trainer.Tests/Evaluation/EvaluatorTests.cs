using Mesh.ModelGraph;
using Mesh.Trainer.Batches;
using Mesh.Trainer.Evaluation;
using Mesh.Trainer.Torch;
using Mesh.Trainer.Training;
using TorchSharp;
using Xunit;

namespace Mesh.Trainer.Tests.Evaluation;

public sealed class EvaluatorTests
{
    private static readonly TensorShape Shape = new(1, 1, 2);

    // The logits are the two pixels, so (1, 0) says class 0 and (0, 3) class 1.
    private static GraphModule Identity()
    {
        var module = GraphModule.Create(new GraphBuilder(Shape).Flatten("flat").Build(), 1);
        return module;
    }

    private static SampleSource Source(byte[] pixels, long[] labels) => new(Shape, labels, 2,
        (rows, to) => { for (var i = 0; i < rows.Length; i++) pixels.AsSpan((int)rows[i] * 2, 2).CopyTo(to[(i * 2)..]); },
        (rows, _, to) => { for (var i = 0; i < rows.Length; i++) to[i] = rows[i]; }, keepUnlabelled: true);

    [Fact]
    public void Figures_are_those_of_the_hand()
    {
        using var module = Identity();
        var source = Source([1, 0, 0, 3, 2, 0, 0, 1, 5, 0], [0, 1, 1, 1, -1]);
        var result = Evaluator.Evaluate(module, source, batchSize: 2, torch.CPU)!;

        // Cross entropies: log(1+e^-1), log(1+e^-3), log(1+e^2), log(1+e^-1).
        var loss = (2 * Math.Log(1 + Math.Exp(-1)) + Math.Log(1 + Math.Exp(-3)) + Math.Log(1 + Math.Exp(2))) / 4;
        Assert.Equal(loss, result.Summary.Loss, 6);
        Assert.Equal((4, 0.75), (result.Summary.Samples, result.Summary.Accuracy));
        Assert.Equal([new ClassResult(0, 1, 1), new ClassResult(1, 3, 2)], result.Classes);
        Assert.Equal([1.0, 2.0 / 3], result.Classes.Select(c => c.Recall));
        Assert.Equal([0, 1, 2, 3, 4], result.Predictions.Select(p => p.Row));
        Assert.Equal([0, 1, 0, 1, 0], result.Predictions.Select(p => p.Predicted));
        Assert.Equal(-1, result.Predictions[4].Label);
    }

    [Fact]
    public void Stopping_gives_no_result()
    {
        using var module = Identity();
        var stop = new StopSignal();
        stop.RequestYield();
        Assert.Null(Evaluator.Evaluate(module, Source([1, 0], [0]), 1, torch.CPU, stop));
    }
}
