using CsCheck;
using Mesh.ModelGraph.Nodes;
using Xunit;

namespace Mesh.ModelGraph.Tests;

public sealed class GraphBuilderTests
{
    private static GraphBuilder Image() => new(new TensorShape(3, 32, 32));

    [Fact]
    public void Infers_the_shape_of_every_value()
    {
        // ResNet's stem on 32×32, by hand: 7×7 stride 2 padding 3 halves; pool 3 stride 2 padding 1 halves again.
        var graph = Image()
            .Conv2d("conv", 64, kernel: 7, stride: 2, padding: 3, bias: false).BatchNorm("norm").Relu("relu")
            .MaxPool("pool", 3, stride: 2, padding: 1)
            .GlobalAvgPool("gap").Linear("head", 10).Build();

        Assert.Equal(new TensorShape(64, 16, 16), graph.Shapes["conv"]);
        Assert.Equal(new TensorShape(64, 8, 8), graph.Shapes["pool"]);
        Assert.Equal(new TensorShape(64), graph.Shapes["gap"]);
        Assert.Equal(new TensorShape(10), graph.OutputShape);
        Assert.Equal(64 * 3 * 49 + 2 * 64 + 640 + 10, graph.TrainableCount);
        Assert.Equal(
            ["conv.weight", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var", "head.weight", "head.bias"],
            graph.Parameters.Select(p => p.Name));
    }

    [Fact]
    public void Branches_join_by_add_and_concat()
    {
        var graph = Image()
            .Conv2d("a", 8, 3, padding: 1).Relu("left")
            .From("a").Conv2d("b", 8, 1).Add("sum", "left")
            .Concat("both", 0, "a", "b").Build();

        Assert.Equal(new TensorShape(8, 32, 32), graph.Shapes["sum"]);
        Assert.Equal(new TensorShape(24, 32, 32), graph.OutputShape);
    }

    [Fact]
    public void Window_sizes_agree_with_counting_the_windows() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 8], Gen.Int[1, 5], Gen.Int[0, 4]).Sample((size, kernel, stride, padding) =>
        {
            var windows = 0;
            for (var at = -padding; at + kernel <= size + padding; at += stride) windows++;
            var builder = new GraphBuilder(new TensorShape(2, size, size));
            if (windows == 0) Assert.Throws<GraphException>(() => builder.Conv2d("conv", 1, kernel, stride, padding));
            else Assert.Equal(new TensorShape(1, windows, windows), builder.Conv2d("conv", 1, kernel, stride, padding).Shape);
        });

    public static TheoryData<string, Func<GraphBuilder, GraphBuilder>, string> Mistakes => new()
    {
        { "fc", g => g.Linear("fc", 10), "flatten" },
        { "conv", g => g.Conv2d("conv", 0, 3), "filters" },
        { "conv", g => g.Conv2d("conv", 4, 33), "does not fit" },
        { "conv", g => g.Conv2d("conv", 4, 3, stride: 0), "stride" },
        { "conv", g => g.Conv2d("conv", 4, 3, padding: -1), "padding" },
        { "conv", g => g.Conv2d("conv", int.MaxValue, 3), "elements" },
        { "conv", g => g.Conv2d("conv", 4, 3, padding: int.MaxValue), "" },
        { "fc", g => g.Flatten("flat").Linear("fc", 1 << 20), "elements" },
        { "pool", g => g.MaxPool("pool", 2, padding: 2), "half" },
        { "pool", g => g.Flatten("flat").AvgPool("pool", 2), "image" },
        { "gap", g => g.Flatten("flat").GlobalAvgPool("gap"), "image" },
        { "norm", g => g.Reshape("two", new TensorShape(3, 1024)).BatchNorm("norm"), "[3, 1024]" },
        { "norm", g => g.BatchNorm("norm", epsilon: 0), "epsilon" },
        { "drop", g => g.Dropout("drop", 1), "probability" },
        { "drop", g => g.Dropout("drop", double.NaN), "probability" },
        { "shape", g => g.Reshape("shape", new TensorShape(5)), "3072" },
        { "sum", g => g.Conv2d("conv", 3, 3).Add("sum", Graph.InputName), "equal" },
        { "cat", g => g.Concat("cat", 3, Graph.InputName), "axis" },
        { "cat", g => g.Concat("cat", 0), "two" },
        { "cat", g => g.Conv2d("conv", 3, 3).Concat("cat", 0, Graph.InputName), "axis 0" },
        { "sum", g => g.Add("sum", "nowhere"), "nowhere" },
        { "nowhere", g => g.From("nowhere"), "not a value" },
        { "Big", g => g.Relu("Big"), "lower-case" },
        { "a.b", g => g.Relu("a.b"), "lower-case" },
        { "input", g => g.Relu("input"), "twice" },
        { "logits", g => g.Relu("logits"), "kept" },
        { "relu", g => g.Relu("relu").Relu("relu"), "twice" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_names_the_node(string node, Func<GraphBuilder, GraphBuilder> build, string says)
    {
        var error = Assert.Throws<GraphException>(() => build(Image()));
        Assert.Equal(node, error.Node);
        Assert.Contains(says, error.Message);
    }

    [Fact]
    public void A_node_that_nothing_uses_is_refused()
    {
        var error = Assert.Throws<GraphException>(() => Image().Relu("lost").From(Graph.InputName).Flatten("flat").Build());
        Assert.Equal("lost", error.Node);
        Assert.Throws<GraphException>(() => Image().Build());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_shape_has_positive_dimensions(int dimension) => Assert.Throws<ArgumentException>(() => new TensorShape(3, dimension));
}
