using static TorchSharp.torch;

namespace Mesh.Trainer.Torch.Nodes;

/// <summary>softmax over the last axis.</summary>
internal static class SoftmaxTorch
{
    public static TorchNode Create() =>
        new(x => nn.functional.softmax(x[0], -1));
}
