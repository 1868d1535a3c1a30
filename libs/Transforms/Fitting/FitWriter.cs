using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Mesh.Transforms.Fitting;

/// <summary>Writes the state of a fit: small numbers take few bytes.</summary>
internal sealed class FitWriter
{
    private readonly ArrayBufferWriter<byte> buffer = new();

    public ReadOnlySpan<byte> Written => buffer.WrittenSpan;

    /// <summary>A count or another number that is not negative; one byte for seven bits.</summary>
    public void Count(long value) => Count(checked((UInt128)value));

    public void Count(UInt128 value)
    {
        for (; value >= 0x80; value >>= 7)
            Byte((byte)(value | 0x80));
        Byte((byte)value);
    }

    /// <summary>A signed number; near zero is short.</summary>
    public void Integer(long value) => Count((UInt128)(ulong)((value << 1) ^ (value >> 63)));

    /// <summary>Its eight bytes.</summary>
    public void Number(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(buffer.GetSpan(sizeof(double)), value);
        buffer.Advance(sizeof(double));
    }

    public void Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    /// <summary>With their number.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Count(bytes.Length);
        buffer.Write(bytes);
    }

    private void Byte(byte value)
    {
        buffer.GetSpan(1)[0] = value;
        buffer.Advance(1);
    }
}
