using Mesh.ModelGraph;
using Mesh.ModelGraph.Nodes;
using static TorchSharp.torch;

namespace Mesh.Trainer.Torch.Nodes;

/// <summary>torch.nn.Linear.</summary>
internal static class LinearTorch
{
    public static TorchNode Create(Linear node, TensorShape input) =>
        TorchNode.Of(nn.Linear(input[0], node.Features, hasBias: node.Bias));
}
