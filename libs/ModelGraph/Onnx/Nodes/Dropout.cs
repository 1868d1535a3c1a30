using Mesh.ModelGraph.Nodes;

namespace Mesh.ModelGraph.Onnx.Nodes;

/// <summary>Nothing: dropout acts in training only.</summary>
internal static class DropoutOnnx
{
    public static void Write(Dropout node, OnnxGraphWriter writer) => writer.PassThrough(node);
}
