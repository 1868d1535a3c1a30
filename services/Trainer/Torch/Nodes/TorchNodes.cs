using Mesh.ModelGraph;
using Mesh.ModelGraph.Nodes;
using static TorchSharp.torch;

namespace Mesh.Trainer.Torch.Nodes;

/// <summary>One node in torch: how it computes, and the module that holds its parameters or its training mode.</summary>
internal sealed record TorchNode(Func<Tensor[], Tensor> Forward, nn.Module? Module = null)
{
    public static TorchNode Of(nn.Module<Tensor, Tensor> module) => new(x => module.call(x[0]), module);
}

/// <summary>The torch side of each node.</summary>
internal static class TorchNodes
{
    public static TorchNode Create(Node node, IReadOnlyList<TensorShape> inputs) => node switch
    {
        Linear n => LinearTorch.Create(n, inputs[0]),
        Conv2d n => Conv2dTorch.Create(n, inputs[0]),
        MaxPool n => MaxPoolTorch.Create(n),
        AvgPool n => AvgPoolTorch.Create(n),
        GlobalAvgPool => GlobalAvgPoolTorch.Create(),
        BatchNorm n => BatchNormTorch.Create(n, inputs[0]),
        Relu => ReluTorch.Create(),
        Dropout n => DropoutTorch.Create(n),
        Flatten => FlattenTorch.Create(),
        Reshape n => ReshapeTorch.Create(n),
        Add => AddTorch.Create(),
        Concat n => ConcatTorch.Create(n),
        Softmax => SoftmaxTorch.Create(),
        _ => throw new GraphException(node.Name, $"{node.GetType().Name} has no torch side"),
    };
}
