using System.Runtime.InteropServices;
using Google.Protobuf;
using Mesh.ModelGraph.Nodes;

namespace Mesh.ModelGraph.Onnx;

/// <summary>Collects the ONNX nodes and initialisers of one graph, and knows what each value is called there.</summary>
internal sealed class OnnxGraphWriter(Graph graph)
{
    private readonly GraphProto proto = new() { Name = "mesh" };
    private readonly Dictionary<string, string> names = new() { [Graph.InputName] = Graph.InputName };

    /// <summary>Appends one operator that takes the node's inputs, then <paramref name="initializers"/>, and makes its value.</summary>
    public void Operator(Node node, string type, IEnumerable<string>? initializers = null, params ReadOnlySpan<AttributeProto> attributes)
    {
        var output = node.Name == graph.Output ? Graph.OutputName : node.Name;
        var op = new NodeProto { Name = node.Name, OpType = type, Output = { output } };
        op.Input.AddRange(node.Inputs.Select(i => names[i]));
        if (initializers is not null) op.Input.AddRange(initializers);
        foreach (var attribute in attributes) op.Attribute.Add(attribute);
        proto.Node.Add(op);
        names[node.Name] = output;
    }

    /// <summary>Leaves the node out: its value is its input. A graph that ends in it still needs an operator to name the output.</summary>
    public void PassThrough(Node node)
    {
        if (node.Name == graph.Output) Operator(node, "Identity");
        else names[node.Name] = names[node.Inputs[0]];
    }

    /// <summary>Adds a weight, in little-endian float32.</summary>
    public void Initialize(Parameter parameter, ReadOnlySpan<byte> data)
    {
        var tensor = new TensorProto { Name = parameter.Name, DataType = (int)TensorProto.Types.DataType.Float, RawData = ByteString.CopyFrom(data) };
        tensor.Dims.AddRange(parameter.Shape.Dimensions.Select(d => (long)d));
        proto.Initializer.Add(tensor);
    }

    /// <summary>Adds a constant vector of int64, such as the target of a reshape, and returns its name.</summary>
    public string Constant(Node node, string suffix, long[] values)
    {
        var name = $"{node.Name}.{suffix}";
        proto.Initializer.Add(new TensorProto
        {
            Name = name,
            DataType = (int)TensorProto.Types.DataType.Int64,
            Dims = { values.Length },
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan())),
        });
        return name;
    }

    public GraphProto Finish()
    {
        proto.Input.Add(Value(Graph.InputName, graph.InputShape));
        proto.Output.Add(Value(Graph.OutputName, graph.OutputShape));
        return proto;
    }

    private static ValueInfoProto Value(string name, TensorShape shape)
    {
        var dimensions = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "batch" } } };
        foreach (var d in shape.Dimensions) dimensions.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = d });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = dimensions } },
        };
    }
}
