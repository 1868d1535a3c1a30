using System.Buffers.Binary;
using System.IO.Compression;

namespace Mesh.Transforms.Tests.Support;

/// <summary>A PNG encoder of a page, written from the specification, so that the decoder under test is not checked against itself.</summary>
internal static class PngWriter
{
    /// <param name="samples">Rows without filter bytes; 16-bit samples big-endian.</param>
    /// <param name="colourType">0 gray, 2 RGB, 3 palette, 4 gray+alpha, 6 RGBA.</param>
    public static byte[] Write(ReadOnlySpan<byte> samples, int height, int width, int colourType, int bits = 8, byte[]? palette = null)
    {
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = (byte)bits;
        header[9] = (byte)colourType;
        Chunk(png, "IHDR"u8, header);
        if (palette is not null)
            Chunk(png, "PLTE"u8, palette);

        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            var row = height == 0 ? 0 : samples.Length / height;
            for (var y = 0; y < height && row > 0; y++)
            {
                zlib.WriteByte(0);
                zlib.Write(samples.Slice(y * row, row));
            }
        }

        Chunk(png, "IDAT"u8, packed.ToArray());
        Chunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    /// <summary>Makes every checksum right again, so that a changed byte reaches the decoder instead of failing its checksum.</summary>
    public static void RepairChecksums(byte[] png)
    {
        for (long at = 8; at + 12 <= png.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan((int)at));
            if (at + 12 + length > png.Length)
                return;
            var crc = Crc(png.AsSpan((int)at + 4, (int)length + 4));
            BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan((int)(at + 8 + length)), crc);
            at += 12 + length;
        }
    }

    private static void Chunk(Stream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        byte[] body = [.. type, .. data];
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        png.Write(number);
    }

    private static uint Crc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }
}
