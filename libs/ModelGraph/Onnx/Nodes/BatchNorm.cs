using Mesh.ModelGraph.Nodes;

namespace Mesh.ModelGraph.Onnx.Nodes;

/// <summary>BatchNormalization in its serving mode; momentum plays no part there.</summary>
internal static class BatchNormOnnx
{
    public static void Write(BatchNorm node, OnnxGraphWriter writer) =>
        writer.Operator(node, "BatchNormalization",
            [$"{node.Name}.weight", $"{node.Name}.bias", $"{node.Name}.running_mean", $"{node.Name}.running_var"],
            Attribute.Float("epsilon", node.Epsilon));
}
