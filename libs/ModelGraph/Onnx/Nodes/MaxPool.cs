using Mesh.ModelGraph.Nodes;

namespace Mesh.ModelGraph.Onnx.Nodes;

/// <summary>MaxPool; padding is minus infinity in both.</summary>
internal static class MaxPoolOnnx
{
    public static void Write(MaxPool node, OnnxGraphWriter writer) =>
        writer.Operator(node, "MaxPool", null, Attribute.Window(node.Kernel, node.Stride, node.Padding));
}
