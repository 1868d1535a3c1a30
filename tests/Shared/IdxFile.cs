using System.Buffers.Binary;
using System.IO.Compression;

namespace Mesh.Tests.Shared;

/// <summary>
/// An IDX file of unsigned bytes (http://yann.lecun.com/exdb/mnist/), gzipped or not.
/// Written apart from the product's reader, so that tests have expected values of their own.
/// </summary>
public sealed record IdxFile(int[] Shape, byte[] Data)
{
    public static IdxFile Read(string path)
    {
        using var file = File.OpenRead(path);
        using Stream content = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        Span<byte> word = stackalloc byte[4];
        content.ReadExactly(word);
        if (word[0] != 0 || word[1] != 0 || word[2] != 8)
        {
            throw new InvalidDataException($"{path} is not an IDX file of unsigned bytes.");
        }
        var shape = new int[word[3]];
        foreach (ref var extent in shape.AsSpan())
        {
            content.ReadExactly(word);
            extent = BinaryPrimitives.ReadInt32BigEndian(word);
        }
        var data = new byte[shape.Aggregate(1, (size, extent) => checked(size * extent))];
        content.ReadExactly(data);
        return new IdxFile(shape, data);
    }
}
