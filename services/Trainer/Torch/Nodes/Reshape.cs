using Mesh.ModelGraph.Nodes;
using static TorchSharp.torch;

namespace Mesh.Trainer.Torch.Nodes;

/// <summary>reshape; −1 is the batch.</summary>
internal static class ReshapeTorch
{
    public static TorchNode Create(Reshape node) =>
        new(x => x[0].reshape(node.Shape.WithBatch(-1)));
}
