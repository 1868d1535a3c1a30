using Mesh.ModelGraph.Architectures;
using Mesh.ModelGraph.Onnx;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace Mesh.ModelGraph.Tests.Onnx;

public sealed class OnnxExporterTests
{
    private static Dictionary<string, ReadOnlyMemory<float>> Weights(Graph graph, int seed = 1)
    {
        var random = new Random(seed);
        return graph.Parameters.ToDictionary(
            p => p.Name,
            p => new ReadOnlyMemory<float>([.. Enumerable.Range(0, p.Shape.Elements).Select(_ => random.NextSingle())]));
    }

    private static float[] Run(byte[] model, float[] input, params long[] shape)
    {
        using var session = new InferenceSession(model);
        using var value = OrtValue.CreateTensorValueFromMemory(input, shape);
        using var run = new RunOptions();
        using var outputs = session.Run(run, ["input"], [value], ["logits"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    [Fact]
    public void A_linear_layer_computes_what_the_hand_does()
    {
        var graph = new GraphBuilder(new TensorShape(2)).Linear("fc", 3).Build();
        var model = OnnxExporter.Export(graph, new Dictionary<string, ReadOnlyMemory<float>>
        {
            ["fc.weight"] = new float[] { 1, 2, 3, 4, 5, 6 },
            ["fc.bias"] = new float[] { 10, 20, 30 },
        });
        // Two samples (1, 1) and (2, -1): rows of W are (1 2), (3 4), (5 6).
        Assert.Equal([13, 27, 41, 10, 22, 34], Run(model, [1, 1, 2, -1], 2, 2));
    }

    [Fact]
    public void Dropout_leaves_no_trace_and_may_end_the_graph()
    {
        var inside = new GraphBuilder(new TensorShape(2)).Dropout("drop", 0.5).Relu("relu").Build();
        Assert.Equal(["Relu"], ModelProto.Parser.ParseFrom(OnnxExporter.Export(inside, Weights(inside))).Graph.Node.Select(n => n.OpType));

        var last = new GraphBuilder(new TensorShape(2)).Relu("relu").Dropout("drop", 0.5).Build();
        Assert.Equal([0f, 3f], Run(OnnxExporter.Export(last, Weights(last)), [-1, 3], 1, 2));
    }

    [Theory]
    [InlineData("mlp")]
    [InlineData("cnn")]
    public void Models_are_deterministic_and_take_any_batch(string architecture)
    {
        var graph = ArchitectureCatalog.Find(architecture).Build(new TensorShape(1, 28, 28), 10, new Dictionary<string, string>());
        var model = OnnxExporter.Export(graph, Weights(graph));
        Assert.Equal(model, OnnxExporter.Export(graph, Weights(graph)));
        Assert.NotEqual(model, OnnxExporter.Export(graph, Weights(graph, seed: 2)));

        using var session = new InferenceSession(model);
        Assert.Equal("batch", session.InputMetadata["input"].SymbolicDimensions[0]);
        Assert.Equal([-1, 1, 28, 28], session.InputMetadata["input"].Dimensions);
        Assert.Equal([-1, 10], session.OutputMetadata["logits"].Dimensions);
        Assert.Equal(10, Run(model, new float[784], 1, 1, 28, 28).Length);
        Assert.Equal(70, Run(model, new float[784 * 7], 7, 1, 28, 28).Length);
    }

    [Fact]
    public void Initialisers_have_the_names_of_the_parameters()
    {
        var graph = ArchitectureCatalog.Find("cnn").Build(new TensorShape(1, 28, 28), 10, new Dictionary<string, string>());
        var model = ModelProto.Parser.ParseFrom(OnnxExporter.Export(graph, Weights(graph)));
        Assert.Equal(graph.Parameters.Select(p => p.Name), model.Graph.Initializer.Select(i => i.Name));
        Assert.Equal(17, Assert.Single(model.OpsetImport).Version);
    }

    [Fact]
    public void Weights_that_do_not_fit_are_named()
    {
        var graph = new GraphBuilder(new TensorShape(2)).Linear("fc", 1).Build();
        var weights = Weights(graph);
        Assert.Contains("fc.bias", Fault(w => w.Remove("fc.bias")).Message);
        Assert.Contains("fc.weight", Fault(w => w["fc.weight"] = new float[3]).Message);
        Assert.Contains("NaN", Fault(w => w["fc.weight"] = new[] { 1, float.NaN }).Message);

        GraphException Fault(Action<Dictionary<string, ReadOnlyMemory<float>>> spoil)
        {
            var spoilt = new Dictionary<string, ReadOnlyMemory<float>>(weights);
            spoil(spoilt);
            var error = Assert.Throws<GraphException>(() => OnnxExporter.Export(graph, spoilt));
            Assert.Equal("fc", error.Node);
            return error;
        }
    }
}
