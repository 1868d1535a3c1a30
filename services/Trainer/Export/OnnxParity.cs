using Mesh.ModelGraph;
using Mesh.Trainer.Batches;
using Mesh.Trainer.Torch;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;

namespace Mesh.Trainer.Export;

/// <summary>Runs an exported model and its module on the same batches: random ones and real rows, of one sample and of several.</summary>
public static class OnnxParity
{
    /// <summary>Allowed difference of a logit; 1e-6 is usual.</summary>
    public const double Tolerance = 1e-4;

    private const int Several = 16;
    private const long RandomSeed = 20_177;

    /// <summary>Returns the largest difference. The module is on the CPU, in evaluation mode.</summary>
    /// <exception cref="ExportMismatchException">A logit differs by more than <see cref="Tolerance"/>, or is not a number.</exception>
    public static double Check(GraphModule module, byte[] model, SampleSource rows)
    {
        using var options = new Microsoft.ML.OnnxRuntime.SessionOptions { IntraOpNumThreads = 1, ExecutionMode = ExecutionMode.ORT_SEQUENTIAL };
        using var session = new InferenceSession(model, options);
        var largest = 0.0;
        foreach (var count in new[] { 1, Several })
        {
            Compare($"a random batch of {count}", Random(module.Graph.InputShape, count), count);
            var real = Math.Min(count, rows.Count);
            Compare($"{real} real rows", Real(rows, real), real);
        }
        return largest;

        void Compare(string batch, float[] inputs, int count)
        {
            var difference = Difference(Torch(module, inputs, count), Onnx(session, module.Graph, inputs, count));
            if (!(difference <= Tolerance)) throw new ExportMismatchException(batch, difference, Tolerance);
            largest = Math.Max(largest, difference);
        }
    }

    /// <summary>The largest difference of two logits; NaN if one is not finite or the lengths differ.</summary>
    public static double Difference(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        if (expected.Length != actual.Length) return double.NaN;
        var largest = 0.0;
        for (var i = 0; i < expected.Length; i++)
        {
            if (!float.IsFinite(expected[i]) || !float.IsFinite(actual[i])) return double.NaN;
            largest = Math.Max(largest, Math.Abs((double)expected[i] - actual[i]));
        }
        return largest;
    }

    /// <summary>The module's answer to row-major inputs.</summary>
    public static float[] Torch(GraphModule module, float[] inputs, int count)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return module.call(tensor(inputs).reshape(module.Graph.InputShape.WithBatch(count))).data<float>().ToArray();
    }

    /// <summary>The ONNX model's answer to the same.</summary>
    public static float[] Onnx(InferenceSession session, Graph graph, float[] inputs, int count)
    {
        using var run = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(inputs, graph.InputShape.WithBatch(count));
        using var outputs = session.Run(run, [Graph.InputName], [input], [Graph.OutputName]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static float[] Random(TensorShape shape, int count)
    {
        using var scope = NewDisposeScope();
        manual_seed(RandomSeed);
        return randn(shape.WithBatch(count)).data<float>().ToArray();
    }

    private static float[] Real(SampleSource rows, int count)
    {
        var elements = count * rows.Shape.Elements;
        var inputs = new float[elements];
        rows.Read([.. Enumerable.Range(0, count)], new byte[elements], inputs, new long[count]);
        return inputs;
    }
}
