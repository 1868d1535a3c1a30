using System.Runtime.InteropServices;
using Google.Protobuf;
using Mesh.ModelGraph.Onnx.Nodes;

namespace Mesh.ModelGraph.Onnx;

/// <summary>
/// Writes a graph and its weights as an ONNX model: input <c>input</c> and output <c>logits</c>, both float32 with a
/// symbolic first dimension <c>batch</c>, weights inside, opset 17. The same graph and weights give the same bytes.
/// </summary>
public static class OnnxExporter
{
    public const int Opset = 17;

    // IR 8 belongs to opset 17; readers refuse an IR newer than they know.
    private const int IrVersion = 8;

    // A protobuf message ends at 2 GiB; the rest of the model needs a little of it.
    private const long LargestWeights = int.MaxValue - (16L << 20);

    /// <summary>
    /// <paramref name="weights"/> holds every parameter by name, row-major. Copies each weight twice (into the message
    /// and into the bytes).
    /// </summary>
    /// <exception cref="GraphException">A weight is missing, has another size or is not finite, or all are too large for one file.</exception>
    public static byte[] Export(Graph graph, IReadOnlyDictionary<string, ReadOnlyMemory<float>> weights)
    {
        if (graph.Parameters.Sum(p => (long)p.Shape.Elements * sizeof(float)) > LargestWeights)
            throw new GraphException(graph.Output, "the weights are more than one ONNX file can hold (2 GiB)");

        var writer = new OnnxGraphWriter(graph);
        foreach (var parameter in graph.Parameters)
            writer.Initialize(parameter, Weight(parameter, weights));
        foreach (var node in graph.Nodes) OnnxNodes.Write(node, writer);

        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "mesh",
            OpsetImport = { new OperatorSetIdProto { Version = Opset } },
            Graph = writer.Finish(),
        };
        return model.ToByteArray();
    }

    private static ReadOnlySpan<byte> Weight(Parameter parameter, IReadOnlyDictionary<string, ReadOnlyMemory<float>> weights)
    {
        var node = parameter.Name.Split('.')[0];
        if (!weights.TryGetValue(parameter.Name, out var values)) throw new GraphException(node, $"weight '{parameter.Name}' is missing");
        if (values.Length != parameter.Shape.Elements)
            throw new GraphException(node, $"weight '{parameter.Name}' has {values.Length} elements, not the {parameter.Shape.Elements} of {parameter.Shape}");
        foreach (var value in values.Span)
            if (!float.IsFinite(value)) throw new GraphException(node, $"weight '{parameter.Name}' holds {value}");
        return MemoryMarshal.AsBytes(values.Span);
    }
}
