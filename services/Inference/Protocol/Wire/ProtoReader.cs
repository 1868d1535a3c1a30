using System.Buffers;
using System.Text;

namespace Mesh.Inference.Protocol.Wire;

/// <summary>
/// Reads one protobuf message field by field, without copying: length-delimited fields are slices of the payload. As strict
/// as the generated code (https://protobuf.dev/programming-guides/encoding/).
/// </summary>
internal ref struct ProtoReader(ReadOnlySequence<byte> message)
{
    public const int Varint = 0;
    public const int Fixed64 = 1;
    public const int Length = 2;
    public const int StartGroup = 3;
    public const int EndGroup = 4;
    public const int Fixed32 = 5;

    /// <summary>Groups nest no deeper in the generated code either.</summary>
    private const int DeepestGroup = 100;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private SequenceReader<byte> reader = new(message);

    /// <summary>Of the last tag read.</summary>
    public int Field { get; private set; }

    /// <summary>Of the last tag read.</summary>
    public int WireType { get; private set; }

    public readonly bool AtEnd => reader.End;

    /// <summary>The next field's tag; false at the end of the message.</summary>
    /// <exception cref="ProtoException">The bytes are no message; so do all members.</exception>
    public bool ReadTag()
    {
        if (reader.End)
        {
            return false;
        }

        var tag = (uint)ReadVarint();
        (Field, WireType) = ((int)(tag >> 3), (int)(tag & 7));
        return Field != 0 ? true : throw new ProtoException("field number 0");
    }

    /// <summary>Whether the last tag is this field in this wire type; in another wire type a field counts as unknown.</summary>
    public readonly bool Is(int field, int wireType) => Field == field && WireType == wireType;

    public ulong ReadVarint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (!reader.TryRead(out var next))
            {
                throw Truncated();
            }

            // Bits beyond the 64th fall away.
            value |= shift < 64 ? (ulong)(next & 0x7F) << shift : 0;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new ProtoException("a number of more than 10 bytes");
    }

    /// <summary>The content of a length-delimited field; valid as long as the payload.</summary>
    public ReadOnlySequence<byte> ReadBytes()
    {
        var length = (int)(uint)ReadVarint();
        if (length < 0)
        {
            throw new ProtoException("a negative length");
        }

        if (length > reader.Remaining)
        {
            throw Truncated();
        }

        var bytes = reader.Sequence.Slice(reader.Position, length);
        reader.Advance(length);
        return bytes;
    }

    /// <summary>A string that other requests are likely to repeat: usually allocates nothing.</summary>
    public string ReadName()
    {
        var bytes = ReadBytes();
        if (bytes.IsSingleSegment && NameCache.Shared.Find(bytes.FirstSpan) is { } known)
        {
            return known;
        }

        var name = Decode(bytes);
        NameCache.Shared.Offer(name);
        return name;
    }

    public string ReadString() => Decode(ReadBytes());

    /// <summary>Passes over the field whose tag was just read.</summary>
    public void Skip() => Skip(0);

    private static string Decode(ReadOnlySequence<byte> bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new ProtoException("a string that is not UTF-8");
        }
    }

    private static ProtoException Truncated() => new("a field that ends beyond it");

    private void Skip(int depth)
    {
        switch (WireType)
        {
            case Varint:
                ReadVarint();
                break;
            case Fixed64:
                Advance(8);
                break;
            case Length:
                ReadBytes();
                break;
            case StartGroup:
                SkipGroup(depth);
                break;
            case Fixed32:
                Advance(4);
                break;
            default:
                throw new ProtoException(WireType == EndGroup ? "the end of a group that never started" : $"wire type {WireType}");
        }
    }

    private void SkipGroup(int depth)
    {
        var group = Field;
        if (depth >= DeepestGroup)
        {
            throw new ProtoException("groups nested too deep");
        }

        while (ReadTag())
        {
            if (WireType == EndGroup)
            {
                if (Field != group)
                {
                    throw new ProtoException("a group that ends as another");
                }

                return;
            }

            Skip(depth + 1);
        }

        throw Truncated();
    }

    private void Advance(int count)
    {
        if (reader.Remaining < count)
        {
            throw Truncated();
        }

        reader.Advance(count);
    }
}

/// <summary>The bytes are not the message they should be; <paramref name="problem"/> completes "The message holds …".</summary>
internal sealed class ProtoException(string problem) : Exception($"The message holds {problem}.");
