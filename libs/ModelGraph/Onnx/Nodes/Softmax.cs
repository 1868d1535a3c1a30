using Mesh.ModelGraph.Nodes;

namespace Mesh.ModelGraph.Onnx.Nodes;

/// <summary>Softmax over the last axis.</summary>
internal static class SoftmaxOnnx
{
    public static void Write(Softmax node, OnnxGraphWriter writer) => writer.Operator(node, "Softmax", null, Attribute.Int("axis", -1));
}
