namespace Mesh.Shards;

/// <summary>What one element of a column is. Little-endian, as Arrow stores it.</summary>
public enum ElementType
{
    UInt8,
    Int8,
    UInt16,
    Int16,
    UInt32,
    Int32,
    UInt64,
    Int64,
    Float16,
    Float32,
    Float64,
}

/// <summary>Sizes of elements.</summary>
public static class ElementTypeSize
{
    extension(ElementType type)
    {
        /// <summary>Bytes of one element.</summary>
        public int Size => type switch
        {
            ElementType.UInt8 or ElementType.Int8 => 1,
            ElementType.UInt16 or ElementType.Int16 or ElementType.Float16 => 2,
            ElementType.UInt32 or ElementType.Int32 or ElementType.Float32 => 4,
            ElementType.UInt64 or ElementType.Int64 or ElementType.Float64 => 8,
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
        };
    }
}
