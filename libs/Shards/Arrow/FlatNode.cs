namespace Mesh.Shards.Arrow;

/// <summary>
/// What a FlatBuffers buffer is made of (https://flatbuffers.dev/internals/): tables of slots, vectors and strings.
/// Every slot given is written, also with its default value, so that a buffer's size depends on its structure only.
/// </summary>
internal abstract record FlatNode
{
    /// <summary>A number inside a table; <paramref name="Size"/> bytes.</summary>
    public sealed record Scalar(long Value, int Size) : FlatNode;

    public sealed record Text(string Value) : FlatNode;

    /// <summary>Slots in the order of the schema; null is absent.</summary>
    public sealed record Table(params FlatNode?[] Slots) : FlatNode;

    /// <summary>A vector of references to tables.</summary>
    public sealed record Tables(params Table[] Items) : FlatNode;

    /// <summary>A vector of structs that are made of int64 (or padded to it); <paramref name="Words"/> is all of them back to back.</summary>
    public sealed record Structs(int Count, long[] Words) : FlatNode;

    public static Scalar Bool(bool value) => new(value ? 1 : 0, 1);

    public static Scalar UInt8(byte value) => new(value, 1);

    public static Scalar Int16(short value) => new(value, 2);

    public static Scalar Int32(int value) => new(value, 4);

    public static Scalar Int64(long value) => new(value, 8);
}
