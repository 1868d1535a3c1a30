using System.Runtime.InteropServices;

namespace Mesh.Ingest.Formats.Arrow;

/// <summary>
/// A table in a FlatBuffer (flatbuffers.dev/internals), read with every offset checked: throws
/// <see cref="InvalidDataException"/> for one that leaves the buffer.
/// </summary>
internal readonly ref struct FlatTable
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly long _at;

    private FlatTable(ReadOnlySpan<byte> bytes, long at)
    {
        _bytes = bytes;
        _at = at;
    }

    /// <summary>The table that the buffer is.</summary>
    public static FlatTable Root(ReadOnlySpan<byte> bytes) => new(bytes, Read<uint>(bytes, 0));

    public byte Byte(int field) => Place(field) is > 0 and var at ? Read<byte>(_bytes, at) : (byte)0;

    public short Short(int field) => Place(field) is > 0 and var at ? Read<short>(_bytes, at) : (short)0;

    public long Long(int field) => Place(field) is > 0 and var at ? Read<long>(_bytes, at) : 0;

    /// <returns>False when it is not there.</returns>
    public bool TryTable(int field, out FlatTable table)
    {
        var at = Place(field);
        table = at > 0 ? new FlatTable(_bytes, at + Read<uint>(_bytes, at)) : default;
        return at > 0;
    }

    /// <summary>A vector of structures.</summary>
    /// <param name="size">Of one, in bytes.</param>
    public ReadOnlySpan<byte> Vector(int field, int size)
    {
        var at = Place(field);
        if (at == 0)
        {
            return [];
        }

        at += Read<uint>(_bytes, at);
        var length = (long)Read<uint>(_bytes, at) * size;
        return length <= _bytes.Length - at - sizeof(uint) ? _bytes.Slice((int)at + sizeof(uint), (int)length) : throw Malformed();
    }

    /// <summary>How many tables a vector of them has.</summary>
    public int Count(int field) => Vector(field, sizeof(uint)).Length / sizeof(uint);

    /// <summary>One of a vector of tables.</summary>
    public FlatTable Table(int field, int index)
    {
        var at = Place(field);
        at += Read<uint>(_bytes, at) + sizeof(uint) + (long)index * sizeof(uint);
        return new FlatTable(_bytes, at + Read<uint>(_bytes, at));
    }

    /// <summary>Where a field's value lies; 0 when it is not there. The table begins with the way back to what says so.</summary>
    private long Place(int field)
    {
        var slots = _at - Read<int>(_bytes, _at);
        var slot = 2 * sizeof(ushort) + field * sizeof(ushort);
        var offset = slot + sizeof(ushort) <= Read<ushort>(_bytes, slots) ? Read<ushort>(_bytes, slots + slot) : 0;
        return offset == 0 ? 0 : _at + offset;
    }

    private static T Read<T>(ReadOnlySpan<byte> bytes, long at)
        where T : unmanaged => at >= 0 && at <= bytes.Length - Marshal.SizeOf<T>() ? MemoryMarshal.Read<T>(bytes[(int)at..]) : throw Malformed();

    private static InvalidDataException Malformed() => new("The metadata is malformed.");
}
