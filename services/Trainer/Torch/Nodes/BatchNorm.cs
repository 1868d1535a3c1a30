using Mesh.ModelGraph;
using Mesh.ModelGraph.Nodes;
using static TorchSharp.torch;

namespace Mesh.Trainer.Torch.Nodes;

/// <summary>torch.nn.BatchNorm2d for images, BatchNorm1d for vectors.</summary>
internal static class BatchNormTorch
{
    public static TorchNode Create(BatchNorm node, TensorShape input) =>
        TorchNode.Of(input.Rank == 3
            ? nn.BatchNorm2d(input[0], node.Epsilon, node.Momentum)
            : nn.BatchNorm1d(input[0], node.Epsilon, node.Momentum));
}
