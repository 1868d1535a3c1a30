using System.Buffers.Binary;
using Mesh.Ingest.Formats.Images;

namespace Mesh.Ingest.Formats.Idx;

/// <summary>The start of an IDX file of unsigned bytes: 00 00 08 and the number of dimensions, then each as 32 bits, big-endian.</summary>
/// <param name="Height">0 for labels.</param>
internal readonly record struct IdxHeader(long Count, int Height, int Width)
{
    public static ReadOnlySpan<byte> ImagesMagic => [0, 0, 8, 3];

    public static ReadOnlySpan<byte> LabelsMagic => [0, 0, 8, 1];

    public int RecordBytes => Height == 0 ? 1 : Height * Width;

    /// <summary>Reads the header and refuses dimensions that cannot be meant.</summary>
    public static async Task<IdxHeader> ReadAsync(string source, Stream stream, bool images, IngestOptions options, CancellationToken cancel)
    {
        var bytes = new byte[images ? 16 : 8];
        if (await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel) < bytes.Length)
        {
            throw new DatasetException("IDX_TRUNCATED", $"{source} ends within its header.");
        }

        if (!bytes.AsSpan().StartsWith(images ? ImagesMagic : LabelsMagic))
        {
            var expected = images ? "images (magic number 00 00 08 03)" : "labels (magic number 00 00 08 01)";
            throw new DatasetException("IDX_MAGIC", $"{source} is not an IDX file of {expected}; it starts {Convert.ToHexStringLower(bytes.AsSpan(0, 4))}.");
        }

        long Dimension(int index) => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(4 + (4 * index)));
        var (count, height, width) = (Dimension(0), images ? Dimension(1) : 0, images ? Dimension(2) : 0);
        if (images && (height is < 1 or > ImageCheck.MaxSide || width is < 1 or > ImageCheck.MaxSide
            || height * width > options.MaxImageBytes || height * width > options.MaxImagePixels))
        {
            throw new DatasetException("IDX_DIMENSIONS", $"{source} says its images have {height} × {width} bytes; 1 to {options.MaxImageBytes} are possible here, and {ImageCheck.MaxSide} a side.");
        }

        if (count > options.MaxRecords || count * Math.Max(height * width, 1) > options.MaxExpandedBytes)
        {
            throw new DatasetException("IDX_DIMENSIONS", $"{source} says it has {count} records; that is more than is possible here.");
        }

        return new IdxHeader(count, (int)height, (int)width);
    }
}
