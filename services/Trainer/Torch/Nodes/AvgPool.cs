using Mesh.ModelGraph.Nodes;
using static TorchSharp.torch;

namespace Mesh.Trainer.Torch.Nodes;

/// <summary>avg_pool2d.</summary>
internal static class AvgPoolTorch
{
    public static TorchNode Create(AvgPool node) =>
        new(x => nn.functional.avg_pool2d(x[0], (long)node.Kernel, node.Stride, node.Padding));
}
