using Mesh.ModelGraph.Nodes;

namespace Mesh.ModelGraph.Onnx.Nodes;

/// <summary>Flatten after the batch dimension.</summary>
internal static class FlattenOnnx
{
    public static void Write(Flatten node, OnnxGraphWriter writer) => writer.Operator(node, "Flatten", null, Attribute.Int("axis", 1));
}
