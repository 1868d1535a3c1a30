using Mesh.ModelGraph;
using Mesh.ModelGraph.Architectures;
using Mesh.Trainer.Torch;
using TorchSharp;
using Xunit;

namespace Mesh.Trainer.Tests.Torch;

public sealed class GraphModuleTests
{
    private static readonly Graph Cnn = ArchitectureCatalog.Find("cnn").Build(new TensorShape(1, 28, 28), 10, new Dictionary<string, string>());

    [Fact]
    public void The_state_dictionary_has_the_names_and_shapes_of_the_graph()
    {
        using var module = GraphModule.Create(Cnn, 1);
        var state = module.state_dict();
        Assert.Equal(
            Cnn.Parameters.Select(p => p.Name).Concat(["norm1.num_batches_tracked", "norm2.num_batches_tracked"]).Order(),
            state.Keys.Order());
        Assert.All(Cnn.Parameters, p => Assert.Equal(p.Shape.Dimensions.Select(d => (long)d), state[p.Name].shape));
        Assert.Equal(Cnn.Parameters.Where(p => p.Trainable).Sum(p => p.Shape.Elements), module.TrainableParameters().Sum(p => p.numel()));
    }

    [Fact]
    public void The_seed_decides_the_weights()
    {
        using var a = GraphModule.Create(Cnn, 1);
        using var b = GraphModule.Create(Cnn, 1);
        using var c = GraphModule.Create(Cnn, 2);
        Assert.Equal(a.Weights()["conv1.weight"].ToArray(), b.Weights()["conv1.weight"].ToArray());
        Assert.NotEqual(a.Weights()["conv1.weight"].ToArray(), c.Weights()["conv1.weight"].ToArray());
    }

    [Fact]
    public void Dropout_follows_the_mode()
    {
        using var module = GraphModule.Create(new GraphBuilder(new TensorShape(1000)).Dropout("drop", 0.5).Build(), 1);
        using var scope = torch.NewDisposeScope();
        var ones = torch.ones(1, 1000);
        module.eval();
        Assert.Equal(1000, module.call(ones).sum().ToSingle());
        module.train();
        Assert.InRange(module.call(ones).count_nonzero().ToInt64(), 400, 600);
    }
}
