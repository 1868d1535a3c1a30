using CsCheck;
using Mesh.ModelGraph;
using Mesh.ModelGraph.Architectures;
using Mesh.ModelGraph.Onnx;
using Mesh.Trainer.Export;
using Mesh.Trainer.Torch;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using Xunit;

namespace Mesh.Trainer.Tests.Torch;

/// <summary>Every node computes in ONNX Runtime what it does in torch, on random shapes, for one sample and for several.</summary>
public sealed class NodeParityTests
{
    private const double Tolerance = 1e-5;

    private static readonly Gen<TensorShape> Image = Gen.Select(Gen.Int[1, 5], Gen.Int[4, 13], Gen.Int[4, 13], (c, h, w) => new TensorShape(c, h, w));
    private static readonly Gen<TensorShape> Vector = Gen.Int[1, 40].Select(f => new TensorShape(f));

    [Fact]
    public void Linear() => Check(Gen.Select(Vector, Gen.Int[1, 20], Gen.Bool, (s, f, b) => new GraphBuilder(s).Linear("node", f, b)));

    [Fact]
    public void Conv2d() => Check(Gen.Select(Image, Gen.Int[1, 6], Gen.Int[1, 4], Gen.Int[1, 3], Gen.Int[0, 2], Gen.Bool,
        (s, filters, kernel, stride, padding, bias) => new GraphBuilder(s).Conv2d("node", filters, kernel, stride, padding, bias)));

    [Fact]
    public void MaxPool() => Check(Pool.SelectMany(p => Image.Select(s => new GraphBuilder(s).MaxPool("node", p.Kernel, p.Stride, p.Padding))));

    [Fact]
    public void AvgPool() => Check(Pool.SelectMany(p => Image.Select(s => new GraphBuilder(s).AvgPool("node", p.Kernel, p.Stride, p.Padding))));

    [Fact]
    public void GlobalAvgPool() => Check(Image.Select(s => new GraphBuilder(s).GlobalAvgPool("node")));

    [Fact]
    public void BatchNorm_of_images() => Check(Image.Select(s => new GraphBuilder(s).BatchNorm("node", 1e-3)));

    [Fact]
    public void BatchNorm_of_vectors() => Check(Vector.Select(s => new GraphBuilder(s).BatchNorm("node")));

    [Fact]
    public void Relu() => Check(Image.Select(s => new GraphBuilder(s).Relu("node")));

    [Fact]
    public void Dropout() => Check(Image.Select(s => new GraphBuilder(s).Dropout("node", 0.5)));

    [Fact]
    public void Flatten() => Check(Image.Select(s => new GraphBuilder(s).Flatten("node")));

    [Fact]
    public void Reshape() => Check(Image.Select(s => new GraphBuilder(s).Reshape("node", new TensorShape(s[2], s[0] * s[1]))));

    [Fact]
    public void Add() => Check(Image.Select(s => new GraphBuilder(s).Conv2d("a", 3, 1).From(Graph.InputName).Conv2d("b", 3, 1).Add("node", "a")));

    [Fact]
    public void Concat() => Check(Gen.Select(Image, Gen.Int[0, 2],
        (s, axis) => new GraphBuilder(s).Relu("a").From(Graph.InputName).Concat("node", axis, "a", Graph.InputName)));

    [Fact]
    public void Softmax() => Check(Gen.OneOf(Image, Vector).Select(s => new GraphBuilder(s).Softmax("node")));

    [Fact]
    public void A_residual_network() => Check(Image.Select(s => new GraphBuilder(s)
        .Conv2d("stem", 8, 3, padding: 1).BatchNorm("norm").Relu("relu")
        .Conv2d("branch", 8, 3, padding: 1).Add("sum", "relu").Relu("out").GlobalAvgPool("gap").Linear("head", 5)), iterations: 5);

    [Theory]
    [InlineData("mlp")]
    [InlineData("cnn")]
    public void Architectures(string name)
    {
        var graph = ArchitectureCatalog.Find(name).Build(new TensorShape(3, 12, 16), 7, new Dictionary<string, string>());
        // Fresh weights keep the logits near one, so the tolerance means the same as for single nodes.
        Assert.True(Difference(graph, 3, stir: false) < Tolerance);
    }

    private static Gen<(int Kernel, int Stride, int Padding)> Pool =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 3], Gen.Int[0, 2], (k, s, p) => (k, s, Math.Min(p, k / 2)));

    private static void Check(Gen<GraphBuilder> builders, int iterations = 12) => Gen.Select(builders, Gen.Int[2, 5]).Sample((builder, batch) =>
    {
        var graph = builder.Build();
        return Difference(graph, 1) < Tolerance && Difference(graph, batch) < Tolerance;
    }, iter: iterations, threads: 1);

    private static double Difference(Graph graph, int batch, bool stir = true)
    {
        using var module = GraphModule.Create(graph, seed: 3);
        if (stir) Stir(module);
        module.eval();
        using var scope = torch.NewDisposeScope();
        var inputs = torch.randn(graph.InputShape.WithBatch(batch)).data<float>().ToArray();
        using var session = new InferenceSession(OnnxExporter.Export(graph, module.Weights()));
        var actual = OnnxParity.Onnx(session, graph, inputs, batch);
        Assert.Equal(batch * graph.OutputShape.Elements, actual.Length);
        return OnnxParity.Difference(OnnxParity.Torch(module, inputs, batch), actual);
    }

    // Fresh batch-norms have weight 1, bias 0, mean 0 and variance 1, which would hide a mix-up.
    private static void Stir(GraphModule module)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        foreach (var (name, tensor) in module.state_dict().OrderBy(t => t.Key))
            if (tensor.dtype == torch.float32) tensor.copy_(torch.rand(tensor.shape) + (name.EndsWith("var") ? 0.5 : -0.5));
    }
}
