namespace Mesh.Inference.Tensors;

/// <summary>The element types of the Open Inference Protocol.</summary>
internal enum Datatype
{
    Bool,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Int8,
    Int16,
    Int32,
    Int64,
    Fp16,
    Fp32,
    Fp64,
    Bf16,

    /// <summary>Each element is a little-endian 4-byte length and that many bytes.</summary>
    Bytes,
}

/// <summary>Names and sizes of <see cref="Datatype"/>.</summary>
internal static class Datatypes
{
    private static readonly string[] Names =
        ["BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16", "FP32", "FP64", "BF16", "BYTES"];

    private static readonly int[] Sizes = [1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 4, 8, 2, 0];

    /// <summary>As on the wire: "FP32".</summary>
    public static string Name(this Datatype type) => Names[(int)type];

    /// <summary>Bytes of an element; 0 for <see cref="Datatype.Bytes"/>, whose elements differ.</summary>
    public static int Size(this Datatype type) => Sizes[(int)type];

    public static bool TryParse(string name, out Datatype type)
    {
        var index = Array.IndexOf(Names, name);
        type = (Datatype)index;
        return index >= 0;
    }
}
