using Mesh.ModelGraph.Nodes;
using static TorchSharp.torch;

namespace Mesh.Trainer.Torch.Nodes;

/// <summary>cat; its axis counts the batch dimension.</summary>
internal static class ConcatTorch
{
    public static TorchNode Create(Concat node) =>
        new(x => cat(x, node.Axis + 1));
}
