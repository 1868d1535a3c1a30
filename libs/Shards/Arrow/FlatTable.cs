using System.Buffers.Binary;
using System.Text;

namespace Mesh.Shards.Arrow;

/// <summary>A table in a FlatBuffers buffer of unknown origin. Whatever points outside the buffer throws <see cref="InvalidDataException"/>.</summary>
internal readonly ref struct FlatTable
{
    private const int MaxTextBytes = 64 << 10;

    private readonly ReadOnlySpan<byte> buffer;
    private readonly int position;
    private readonly ReadOnlySpan<byte> vtable;

    private FlatTable(ReadOnlySpan<byte> buffer, int position)
    {
        this.buffer = buffer;
        this.position = position;
        var start = (long)position - BinaryPrimitives.ReadInt32LittleEndian(Slice(buffer, position, 4));
        var size = BinaryPrimitives.ReadUInt16LittleEndian(Slice(buffer, start, 4));
        vtable = Slice(buffer, start, Math.Max(size, (ushort)4));
    }

    public static FlatTable Root(ReadOnlySpan<byte> buffer) => new(buffer, Target(buffer, 0));

    public bool Has(int slot) => Offset(slot) != 0;

    public bool Bool(int slot) => UInt8(slot) != 0;

    public byte UInt8(int slot) => Has(slot) ? Field(slot, 1)[0] : (byte)0;

    public short Int16(int slot) => Has(slot) ? BinaryPrimitives.ReadInt16LittleEndian(Field(slot, 2)) : (short)0;

    public int Int32(int slot) => Has(slot) ? BinaryPrimitives.ReadInt32LittleEndian(Field(slot, 4)) : 0;

    public long Int64(int slot) => Has(slot) ? BinaryPrimitives.ReadInt64LittleEndian(Field(slot, 8)) : 0;

    public FlatTable Table(int slot) => new(buffer, Reference(slot));

    public string Text(int slot)
    {
        var start = Reference(slot);
        var size = BinaryPrimitives.ReadUInt32LittleEndian(Slice(buffer, start, 4));
        if (size > MaxTextBytes)
        {
            throw new InvalidDataException("a text in its Arrow metadata is too long");
        }
        return Encoding.UTF8.GetString(Slice(buffer, start + 4L, size));
    }

    /// <summary>How many tables the vector in this slot has; 0 when it is absent.</summary>
    public int Count(int slot) => Has(slot) ? Vector(slot, sizeof(int)).Length / sizeof(int) : 0;

    public FlatTable Item(int slot, int index)
    {
        var start = Reference(slot) + 4 + sizeof(int) * index;
        return new FlatTable(buffer, Target(buffer, start));
    }

    /// <summary>The bytes of a vector of structs, <paramref name="size"/> bytes each; empty when it is absent.</summary>
    public ReadOnlySpan<byte> Structs(int slot, int size) => Has(slot) ? Vector(slot, size) : [];

    private ReadOnlySpan<byte> Vector(int slot, int itemSize)
    {
        var start = Reference(slot);
        var count = BinaryPrimitives.ReadUInt32LittleEndian(Slice(buffer, start, 4));
        return Slice(buffer, start + 4L, (long)count * itemSize);
    }

    private int Offset(int slot)
    {
        var at = 4 + 2 * slot;
        return at + 2 <= vtable.Length ? BinaryPrimitives.ReadUInt16LittleEndian(vtable[at..]) : 0;
    }

    private ReadOnlySpan<byte> Field(int slot, int size) => Slice(buffer, position + (long)Offset(slot), size);

    private int Reference(int slot) => Has(slot)
        ? Target(buffer, position + (long)Offset(slot))
        : throw new InvalidDataException("its Arrow metadata lacks a part");

    private static int Target(ReadOnlySpan<byte> buffer, long at)
    {
        var target = at + BinaryPrimitives.ReadUInt32LittleEndian(Slice(buffer, at, 4));
        Slice(buffer, target, 4);
        return (int)target;
    }

    private static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> buffer, long start, long length) =>
        start >= 0 && length >= 0 && start <= buffer.Length && length <= buffer.Length - start
            ? buffer.Slice((int)start, (int)length)
            : throw new InvalidDataException("its Arrow metadata points outside itself");
}
