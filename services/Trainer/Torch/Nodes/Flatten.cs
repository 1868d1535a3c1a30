using static TorchSharp.torch;

namespace Mesh.Trainer.Torch.Nodes;

/// <summary>flatten after the batch dimension.</summary>
internal static class FlattenTorch
{
    public static TorchNode Create() =>
        new(x => x[0].flatten(1));
}
