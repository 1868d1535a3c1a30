using System.Buffers.Binary;

namespace Mesh.Ingest.Formats.Parquet;

/// <summary>
/// Reads structures in Thrift's compact protocol (thrift-compact-protocol.md), as far as Parquet's metadata needs it. Throws
/// <see cref="InvalidDataException"/> for what is none.
/// </summary>
internal ref struct ThriftReader(ReadOnlySpan<byte> bytes)
{
    public const byte Binary = 8;
    public const byte List = 9;
    public const byte Struct = 12;

    private const byte True = 1;
    private const byte False = 2;
    private const byte Byte = 3;
    private const byte Int16 = 4;
    private const byte Int64 = 6;
    private const byte Double = 7;
    private const byte Set = 10;
    private const byte Map = 11;
    private const int MaxDepth = 32;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    /// <summary>Moves to the next field of a structure; false at its end.</summary>
    /// <param name="id">Of the field before; 0 in front of the first.</param>
    public bool NextField(ref int id, out byte type)
    {
        var header = ReadByte();
        type = (byte)(header & 0x0f);
        if (header == 0)
        {
            return false;
        }

        id = header >> 4 is > 0 and var delta ? id + delta : (int)ReadInteger();
        return true;
    }

    /// <summary>A 16, 32 or 64 bit integer.</summary>
    public long ReadInteger()
    {
        var raw = ReadVarint();
        return (long)(raw >> 1) ^ -(long)(raw & 1);
    }

    public ReadOnlySpan<byte> ReadBinary()
    {
        var length = ReadVarint();
        return Take(length);
    }

    /// <returns>How many elements follow: no more than there are bytes left.</returns>
    public int ReadList(out byte type)
    {
        var header = ReadByte();
        type = (byte)(header & 0x0f);
        var count = header >> 4 == 15 ? ReadVarint() : (ulong)(header >> 4);
        return count <= (ulong)(_bytes.Length - Position) ? (int)count : throw Malformed();
    }

    public void Skip(byte type) => Skip(type, 0);

    private void Skip(byte type, int depth)
    {
        if (depth > MaxDepth)
        {
            throw Malformed();
        }

        switch (type)
        {
            case True or False:
                break;
            case Byte:
                ReadByte();
                break;
            case >= Int16 and <= Int64:
                ReadVarint();
                break;
            case Double:
                Take(sizeof(double));
                break;
            case Binary:
                ReadBinary();
                break;
            case List or Set:
                for (var left = ReadList(out var element); left > 0; left--)
                {
                    SkipElement(element, depth);
                }

                break;
            case Map:
                SkipMap(depth);
                break;
            case Struct:
                var id = 0;
                while (NextField(ref id, out var field))
                {
                    Skip(field, depth + 1);
                }

                break;
            default:
                throw Malformed();
        }
    }

    // In a list a truth value has a byte; in a field the type says it.
    private void SkipElement(byte type, int depth) => Skip(type is True or False ? Byte : type, depth + 1);

    private void SkipMap(int depth)
    {
        var count = ReadVarint();
        var types = count > 0 ? ReadByte() : 0;
        if (count > (ulong)(_bytes.Length - Position))
        {
            throw Malformed();
        }

        for (var left = (int)count; left > 0; left--)
        {
            SkipElement((byte)(types >> 4), depth);
            SkipElement((byte)(types & 0x0f), depth);
        }
    }

    private ulong ReadVarint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = ReadByte();
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Malformed();
    }

    private byte ReadByte() => Position < _bytes.Length ? _bytes[Position++] : throw Malformed();

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)(_bytes.Length - Position))
        {
            throw Malformed();
        }

        Position += (int)length;
        return _bytes.Slice(Position - (int)length, (int)length);
    }

    private static InvalidDataException Malformed() => new("The metadata is malformed.");
}
