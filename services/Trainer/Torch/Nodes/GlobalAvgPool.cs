using static TorchSharp.torch;

namespace Mesh.Trainer.Torch.Nodes;

/// <summary>Mean over height and width.</summary>
internal static class GlobalAvgPoolTorch
{
    public static TorchNode Create() =>
        new(x => x[0].mean([2, 3]));
}
