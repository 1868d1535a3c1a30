using Mesh.Inference.Tensors;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Mesh.Inference.Onnx;

/// <summary>The protocol's datatypes in the runtime's terms.</summary>
internal static class ElementTypes
{
    public static TensorElementType ToElementType(this Datatype type) => type switch
    {
        Datatype.Bool => TensorElementType.Bool,
        Datatype.Uint8 => TensorElementType.UInt8,
        Datatype.Uint16 => TensorElementType.UInt16,
        Datatype.Uint32 => TensorElementType.UInt32,
        Datatype.Uint64 => TensorElementType.UInt64,
        Datatype.Int8 => TensorElementType.Int8,
        Datatype.Int16 => TensorElementType.Int16,
        Datatype.Int32 => TensorElementType.Int32,
        Datatype.Int64 => TensorElementType.Int64,
        Datatype.Fp16 => TensorElementType.Float16,
        Datatype.Fp32 => TensorElementType.Float,
        Datatype.Fp64 => TensorElementType.Double,
        Datatype.Bf16 => TensorElementType.BFloat16,
        Datatype.Bytes => TensorElementType.String,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };
}
