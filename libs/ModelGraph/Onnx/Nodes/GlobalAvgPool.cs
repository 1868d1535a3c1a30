using Mesh.ModelGraph.Nodes;

namespace Mesh.ModelGraph.Onnx.Nodes;

/// <summary>ReduceMean over height and width (GlobalAveragePool would leave them as ones).</summary>
internal static class GlobalAvgPoolOnnx
{
    public static void Write(GlobalAvgPool node, OnnxGraphWriter writer) =>
        writer.Operator(node, "ReduceMean", null, Attribute.Ints("axes", 2, 3), Attribute.Int("keepdims", 0));
}
