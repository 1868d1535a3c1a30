using System.Buffers.Binary;
using System.IO.Compression;

namespace Mesh.Ingest.Tests.Data;

/// <summary>IDX files as the format's description has them (yann.lecun.com/exdb/mnist).</summary>
internal static class Idx
{
    public static byte[] Images(int count, int height, int width, ReadOnlySpan<byte> pixels) => [0, 0, 8, 3, .. Number(count), .. Number(height), .. Number(width), .. pixels];

    public static byte[] Labels(int count, ReadOnlySpan<byte> labels) => [0, 0, 8, 1, .. Number(count), .. labels];

    public static byte[] Random(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>A pair of <paramref name="count"/> images of 4 × 4 and labels 0, 1, 2, 0, 1, 2, …</summary>
    public static (string Name, byte[] Bytes)[] Pair(string split, int count, bool gzip = false, int seed = 1)
    {
        var images = Images(count, 4, 4, Random(count * 16, seed));
        var labels = Labels(count, [.. Enumerable.Range(0, count).Select(i => (byte)(i % 3))]);
        return gzip
            ? [($"{split}-images-idx3-ubyte.gz", Gzip(images)), ($"{split}-labels-idx1-ubyte.gz", Gzip(labels))]
            : [($"{split}-images-idx3-ubyte", images), ($"{split}-labels-idx1-ubyte", labels)];
    }

    public static byte[] Gzip(byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Optimal))
        {
            gzip.Write(content);
        }

        return bytes.ToArray();
    }

    private static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
