using Mesh.ModelGraph.Nodes;

namespace Mesh.ModelGraph.Onnx.Nodes;

/// <summary>The ONNX side of each node.</summary>
internal static class OnnxNodes
{
    public static void Write(Node node, OnnxGraphWriter writer)
    {
        switch (node)
        {
            case Linear n: LinearOnnx.Write(n, writer); break;
            case Conv2d n: Conv2dOnnx.Write(n, writer); break;
            case MaxPool n: MaxPoolOnnx.Write(n, writer); break;
            case AvgPool n: AvgPoolOnnx.Write(n, writer); break;
            case GlobalAvgPool n: GlobalAvgPoolOnnx.Write(n, writer); break;
            case BatchNorm n: BatchNormOnnx.Write(n, writer); break;
            case Relu n: ReluOnnx.Write(n, writer); break;
            case Dropout n: DropoutOnnx.Write(n, writer); break;
            case Flatten n: FlattenOnnx.Write(n, writer); break;
            case Reshape n: ReshapeOnnx.Write(n, writer); break;
            case Add n: AddOnnx.Write(n, writer); break;
            case Concat n: ConcatOnnx.Write(n, writer); break;
            case Softmax n: SoftmaxOnnx.Write(n, writer); break;
            default: throw new GraphException(node.Name, $"{node.GetType().Name} has no ONNX side");
        }
    }
}
