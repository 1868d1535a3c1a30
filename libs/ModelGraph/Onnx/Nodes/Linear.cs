using Mesh.ModelGraph.Nodes;

namespace Mesh.ModelGraph.Onnx.Nodes;

/// <summary>Gemm; torch keeps W as [out, in], hence transB.</summary>
internal static class LinearOnnx
{
    public static void Write(Linear node, OnnxGraphWriter writer) =>
        writer.Operator(node, "Gemm", node.Bias ? [$"{node.Name}.weight", $"{node.Name}.bias"] : [$"{node.Name}.weight"], Attribute.Int("transB", 1));
}
