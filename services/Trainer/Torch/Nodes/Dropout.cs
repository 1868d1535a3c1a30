using Mesh.ModelGraph.Nodes;
using static TorchSharp.torch;

namespace Mesh.Trainer.Torch.Nodes;

/// <summary>torch.nn.Dropout; a module, because it follows train() and eval().</summary>
internal static class DropoutTorch
{
    public static TorchNode Create(Dropout node) =>
        TorchNode.Of(nn.Dropout(node.Probability));
}
