using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Mesh.Ingest.Tests.Data;

/// <summary>Small grey PNG files, each different from the others.</summary>
internal static class Png
{
    public static byte[] Of(int seed, int width = 8, int height = 8)
    {
        var rows = new byte[height * (width + 1)];
        new Random(seed).NextBytes(rows);
        for (var y = 0; y < height; y++)
        {
            rows[y * (width + 1)] = 0;
        }

        return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, .. Chunk("IHDR"u8, Header(width, height)), .. Chunk("IDAT"u8, Zlib(rows)), .. Chunk("IEND"u8, [])];
    }

    private static byte[] Header(int width, int height)
    {
        var bytes = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(bytes, width);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), height);
        bytes[8] = 8;
        return bytes;
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, byte[] data)
    {
        byte[] body = [.. type, .. data];
        var (length, crc) = (new byte[4], new byte[4]);
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(crc, Crc32.HashToUInt32(body));
        return [.. length, .. body, .. crc];
    }

    private static byte[] Zlib(byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var zlib = new ZLibStream(bytes, CompressionLevel.Fastest))
        {
            zlib.Write(content);
        }

        return bytes.ToArray();
    }
}
