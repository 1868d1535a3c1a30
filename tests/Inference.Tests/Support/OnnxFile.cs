using Google.Protobuf;
using Mesh.ModelGraph.Onnx;

namespace Mesh.Inference.Tests.Support;

/// <summary>Small ONNX models, node by node. Element types are those of the format: 1 FP32, 6 INT32, 7 INT64, 8 STRING, 10 FP16.</summary>
internal sealed class OnnxFile
{
    public const int Fp32 = 1;
    public const int Int32 = 6;
    public const int Int64 = 7;
    public const int String = 8;
    public const int Fp16 = 10;

    private readonly GraphProto graph = new() { Name = "test" };

    public OnnxFile Input(string name, int type, params object[] shape) => Add(() => graph.Input.Add(Value(name, type, shape)));

    public OnnxFile Output(string name, int type, params object[] shape) => Add(() => graph.Output.Add(Value(name, type, shape)));

    public OnnxFile Node(string op, string[] inputs, params string[] outputs) =>
        Add(() => graph.Node.Add(new NodeProto { OpType = op, Name = $"{op}_{graph.Node.Count}", Input = { inputs }, Output = { outputs } }));

    public OnnxFile Constant(string name, int type, byte[] bytes, params long[] shape) =>
        Add(() => graph.Initializer.Add(new TensorProto { Name = name, DataType = type, RawData = ByteString.CopyFrom(bytes), Dims = { shape } }));

    public byte[] ToBytes() => new ModelProto
    {
        IrVersion = 8,
        ProducerName = "test",
        OpsetImport = { new OperatorSetIdProto { Version = 17 } },
        Graph = graph,
    }.ToByteArray();

    private OnnxFile Add(Action add)
    {
        add();
        return this;
    }

    private static ValueInfoProto Value(string name, int type, object[] shape)
    {
        var proto = new TensorShapeProto();
        foreach (var size in shape)
        {
            proto.Dim.Add(size is string symbol
                ? new TensorShapeProto.Types.Dimension { DimParam = symbol }
                : new TensorShapeProto.Types.Dimension { DimValue = Convert.ToInt64(size) });
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type, Shape = proto } } };
    }
}
