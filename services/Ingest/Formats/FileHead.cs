using System.IO.Compression;

namespace Mesh.Ingest.Formats;

/// <summary>The first bytes of a file, to tell what it is.</summary>
/// <param name="Gzipped">Whether the file is gzip; <paramref name="Bytes"/> are then the first expanded ones.</param>
internal sealed record FileHead(bool Gzipped, byte[] Bytes)
{
    /// <summary>One tar header.</summary>
    private const int Length = 512;

    public bool StartsWith(ReadOnlySpan<byte> magic) => Bytes.AsSpan().StartsWith(magic);

    public static async Task<FileHead> ReadAsync(SourceFile file, CancellationToken cancel)
    {
        await using var stream = await file.OpenAsync(cancel);
        var head = await TakeAsync(stream, cancel);
        if (!head.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]))
        {
            return new FileHead(false, head);
        }

        stream.Position = 0;
        await using var expanded = new GZipStream(stream, CompressionMode.Decompress);
        try
        {
            return new FileHead(true, await TakeAsync(expanded, cancel));
        }
        catch (InvalidDataException)
        {
            throw new DatasetException("GZIP_DAMAGED", $"{file.Path} starts like a gzip file but cannot be expanded.");
        }
    }

    private static async Task<byte[]> TakeAsync(Stream stream, CancellationToken cancel)
    {
        var bytes = new byte[Length];
        var read = await stream.ReadAtLeastAsync(bytes, Length, throwOnEndOfStream: false, cancel);
        return bytes[..read];
    }
}
