using Mesh.ModelGraph.Architectures;
using Mesh.ModelGraph.Hyperparameters;
using Xunit;

namespace Mesh.ModelGraph.Tests.Architectures;

public sealed class ArchitectureTests
{
    private static readonly TensorShape Fashion = new(1, 28, 28);
    private static readonly Dictionary<string, string> Defaults = [];

    [Fact]
    public void The_cnn_has_the_classic_shape()
    {
        var graph = ArchitectureCatalog.Find("cnn").Build(Fashion, 10, new Dictionary<string, string> { ["batch_norm"] = "false" });

        Assert.Equal(new TensorShape(32, 14, 14), graph.Shapes["relu1"]);
        Assert.Equal(new TensorShape(64, 7, 7), graph.Shapes["relu2"]);
        // 32·(9+1) + 64·(288+1) + 128·(3136+1) + 10·(128+1)
        Assert.Equal(320 + 18_496 + 401_536 + 1_290, graph.TrainableCount);
    }

    [Fact]
    public void The_mlp_takes_any_shape()
    {
        Assert.Equal(784 * 256 + 256 + 256 * 256 + 256 + 2560 + 10, ArchitectureCatalog.Find("mlp").Build(Fashion, 10, Defaults).TrainableCount);
        Assert.Equal(new TensorShape(3), ArchitectureCatalog.Find("mlp").Build(new TensorShape(4), 3, Defaults).OutputShape);
    }

    [Fact]
    public void An_image_too_small_names_the_node()
    {
        var error = Assert.Throws<GraphException>(() => ArchitectureCatalog.Find("cnn").Build(new TensorShape(1, 2, 2), 10, Defaults));
        Assert.Equal("pool2", error.Node);
        Assert.Throws<GraphException>(() => ArchitectureCatalog.Find("cnn").Build(new TensorShape(784), 10, Defaults));
    }

    [Fact]
    public void An_unknown_architecture_lists_the_known()
    {
        var error = Assert.Throws<UnknownArchitectureException>(() => ArchitectureCatalog.Find("resnet9000"));
        Assert.Equal(["mlp", "cnn"], error.Known);
        Assert.Contains("mlp, cnn", error.Message);
    }

    [Fact]
    public void Every_architecture_explains_itself_and_its_defaults_are_allowed()
    {
        Assert.Equal(ArchitectureCatalog.All.Count, ArchitectureCatalog.All.Select(a => a.Name).Distinct().Count());
        foreach (var architecture in ArchitectureCatalog.All)
        {
            Assert.NotEmpty(architecture.Summary);
            Assert.All(architecture.Hyperparameters.Parameters, p => Assert.NotEmpty(p.Meaning));
            var given = architecture.Hyperparameters.Parameters.ToDictionary(p => p.Name, p => p.DefaultText);
            Assert.Equal(given.OrderBy(g => g.Key, StringComparer.Ordinal), architecture.Hyperparameters.Parse(given).ToText());
            architecture.Build(Fashion, 10, Defaults);
        }
    }
}
