using System.Buffers.Binary;

namespace Mesh.Inference.Tensors;

/// <summary>The raw form of BYTES: each element is a little-endian 4-byte length followed by that many bytes.</summary>
internal static class BytesTensor
{
    /// <summary>How many elements there are; -1 when the bytes do not end at the end of one.</summary>
    public static long Count(ReadOnlySpan<byte> raw)
    {
        var count = 0L;
        while (!raw.IsEmpty)
        {
            if (!TryNext(ref raw, out _))
            {
                return -1;
            }

            count++;
        }

        return count;
    }

    /// <summary>Takes one element off the front.</summary>
    public static bool TryNext(ref ReadOnlySpan<byte> raw, out ReadOnlySpan<byte> element)
    {
        element = default;
        if (raw.Length < sizeof(uint))
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(raw);
        if (length > raw.Length - sizeof(uint))
        {
            return false;
        }

        element = raw.Slice(sizeof(uint), (int)length);
        raw = raw[(sizeof(uint) + (int)length)..];
        return true;
    }

    /// <summary>Writes one element to the front of <paramref name="destination"/> and moves it past.</summary>
    public static void Append(ref Span<byte> destination, ReadOnlySpan<byte> element)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination, element.Length);
        element.CopyTo(destination[sizeof(uint)..]);
        destination = destination[(sizeof(uint) + element.Length)..];
    }
}
