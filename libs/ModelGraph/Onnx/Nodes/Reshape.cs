using Mesh.ModelGraph.Nodes;

namespace Mesh.ModelGraph.Onnx.Nodes;

/// <summary>Reshape; a 0 in the target copies the batch dimension.</summary>
internal static class ReshapeOnnx
{
    public static void Write(Reshape node, OnnxGraphWriter writer) =>
        writer.Operator(node, "Reshape", [writer.Constant(node, "shape", node.Shape.WithBatch(0))]);
}
