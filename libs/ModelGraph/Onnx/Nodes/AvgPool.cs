using Mesh.ModelGraph.Nodes;

namespace Mesh.ModelGraph.Onnx.Nodes;

/// <summary>AveragePool; torch counts the padded zeros unless told otherwise, ONNX only when told.</summary>
internal static class AvgPoolOnnx
{
    public static void Write(AvgPool node, OnnxGraphWriter writer) =>
        writer.Operator(node, "AveragePool", null,
            [.. Attribute.Window(node.Kernel, node.Stride, node.Padding), Attribute.Int("count_include_pad", 1)]);
}
