using static TorchSharp.torch;

namespace Mesh.Trainer.Torch.Nodes;

/// <summary>relu.</summary>
internal static class ReluTorch
{
    public static TorchNode Create() =>
        new(x => nn.functional.relu(x[0]));
}
