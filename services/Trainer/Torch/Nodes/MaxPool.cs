using Mesh.ModelGraph.Nodes;
using static TorchSharp.torch;

namespace Mesh.Trainer.Torch.Nodes;

/// <summary>max_pool2d.</summary>
internal static class MaxPoolTorch
{
    public static TorchNode Create(MaxPool node) =>
        new(x => nn.functional.max_pool2d(x[0], (long)node.Kernel, node.Stride, node.Padding));
}
