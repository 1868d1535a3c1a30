using Mesh.ModelGraph.Nodes;

namespace Mesh.ModelGraph.Onnx.Nodes;

/// <summary>Concat; its axis counts the batch dimension.</summary>
internal static class ConcatOnnx
{
    public static void Write(Concat node, OnnxGraphWriter writer) => writer.Operator(node, "Concat", null, Attribute.Int("axis", node.Axis + 1));
}
