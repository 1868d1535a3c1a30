using System.Buffers.Binary;
using System.IO.Compression;

namespace Mesh.Cli.Images;

/// <summary>An IDX file of unsigned bytes, gzipped or not (http://yann.lecun.com/exdb/mnist/): the extents and the bytes, row-major.</summary>
internal sealed record IdxFile(int[] Shape, byte[] Data)
{
    private const int LargestBytes = 1 << 30;

    /// <exception cref="InvalidDataException">It is not such a file, is cut short, or is larger than 1 GiB.</exception>
    public static IdxFile Read(string path, int dimensions)
    {
        try
        {
            using var file = File.OpenRead(path);
            using Stream content = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
            Span<byte> header = stackalloc byte[4 + 4 * dimensions];
            content.ReadExactly(header);
            if (header[0] != 0 || header[1] != 0 || header[2] != 8 || header[3] != dimensions)
            {
                throw new InvalidDataException($"{path} is not an IDX file of unsigned bytes with {dimensions} dimensions.");
            }

            var shape = new int[dimensions];
            var size = 1L;
            for (var i = 0; i < dimensions; i++)
            {
                shape[i] = BinaryPrimitives.ReadInt32BigEndian(header[(4 + 4 * i)..]);
                size = shape[i] is >= 1 and <= LargestBytes && size * shape[i] <= LargestBytes
                    ? size * shape[i]
                    : throw new InvalidDataException($"{path} says it holds {shape[i]} in dimension {i + 1}; 1 to {LargestBytes} bytes in all are read.");
            }

            var data = new byte[size];
            content.ReadExactly(data);
            return new IdxFile(shape, data);
        }
        catch (EndOfStreamException)
        {
            throw new InvalidDataException($"{path} is cut short.");
        }
        catch (InvalidDataException e) when (!e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path} cannot be unpacked: {e.Message}");
        }
    }
}
