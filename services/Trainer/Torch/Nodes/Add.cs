using static TorchSharp.torch;

namespace Mesh.Trainer.Torch.Nodes;

/// <summary>add.</summary>
internal static class AddTorch
{
    public static TorchNode Create() =>
        new(x => x[0].add(x[1]));
}
