using Mesh.ModelGraph.Nodes;

namespace Mesh.ModelGraph.Onnx.Nodes;

/// <summary>Relu.</summary>
internal static class ReluOnnx
{
    public static void Write(Relu node, OnnxGraphWriter writer) => writer.Operator(node, "Relu");
}
