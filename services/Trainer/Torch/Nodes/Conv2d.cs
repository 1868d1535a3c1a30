using Mesh.ModelGraph;
using Mesh.ModelGraph.Nodes;
using static TorchSharp.torch;

namespace Mesh.Trainer.Torch.Nodes;

/// <summary>torch.nn.Conv2d.</summary>
internal static class Conv2dTorch
{
    public static TorchNode Create(Conv2d node, TensorShape input) =>
        TorchNode.Of(nn.Conv2d(input[0], node.Filters, (long)node.Kernel, stride: node.Stride, padding: (long)node.Padding, bias: node.Bias));
}
