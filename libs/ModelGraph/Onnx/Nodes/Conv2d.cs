using Mesh.ModelGraph.Nodes;

namespace Mesh.ModelGraph.Onnx.Nodes;

/// <summary>Conv.</summary>
internal static class Conv2dOnnx
{
    public static void Write(Conv2d node, OnnxGraphWriter writer) =>
        writer.Operator(node, "Conv", node.Bias ? [$"{node.Name}.weight", $"{node.Name}.bias"] : [$"{node.Name}.weight"],
            Attribute.Window(node.Kernel, node.Stride, node.Padding));
}
