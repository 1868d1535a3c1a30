using Mesh.ModelGraph.Nodes;

namespace Mesh.ModelGraph.Onnx.Nodes;

/// <summary>Add.</summary>
internal static class AddOnnx
{
    public static void Write(Add node, OnnxGraphWriter writer) => writer.Operator(node, "Add");
}
