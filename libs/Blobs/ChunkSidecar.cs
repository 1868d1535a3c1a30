using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Blobs;

/// <summary>
/// The file beside a blob that proves its chunks. Little-endian: magic (8 bytes), format version (int32), chunk size (int32), blob size (int64), blob digest (32),
/// then a SHA-256 (32) for each chunk.
/// </summary>
internal sealed class ChunkSidecar : IDisposable
{
    public const string Suffix = ".sha256s";
    private const int Version = 1;
    private const int HeaderSize = 56;
    private static ReadOnlySpan<byte> Magic => "MESHSHAS"u8;

    private readonly SafeFileHandle file;

    private ChunkSidecar(SafeFileHandle file) => this.file = file;

    public static byte[] Encode(HashedContent content)
    {
        var bytes = new byte[HeaderSize + content.ChunkHashes.Length];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), HashedContent.ChunkSize);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), content.Size);
        content.Digest.ToHash().CopyTo(bytes, 24);
        content.ChunkHashes.Span.CopyTo(bytes.AsSpan(HeaderSize));
        return bytes;
    }

    /// <summary>Opens the sidecar of a blob and checks that it describes this blob and is whole.</summary>
    /// <exception cref="BlobCorruptException">It is missing or damaged.</exception>
    public static ChunkSidecar Open(string path, BlobInfo blob)
    {
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(path);
        }
        catch (FileNotFoundException)
        {
            throw new BlobCorruptException(blob.Digest, "its chunk hashes are missing");
        }
        try
        {
            return Describes(file, blob) ? new ChunkSidecar(file) : throw new BlobCorruptException(blob.Digest, "its chunk hashes are damaged");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public bool Proves(long chunk, ReadOnlySpan<byte> bytes)
    {
        Span<byte> stored = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> actual = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, actual);
        return RandomAccess.Read(file, stored, HeaderSize + chunk * SHA256.HashSizeInBytes) == stored.Length && stored.SequenceEqual(actual);
    }

    public void Dispose() => file.Dispose();

    private static bool Describes(SafeFileHandle file, BlobInfo blob)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        var chunks = (blob.Size + HashedContent.ChunkSize - 1) / HashedContent.ChunkSize;
        return RandomAccess.GetLength(file) == HeaderSize + chunks * SHA256.HashSizeInBytes
            && RandomAccess.Read(file, header, 0) == HeaderSize
            && header[..8].SequenceEqual(Magic)
            && BinaryPrimitives.ReadInt32LittleEndian(header[8..]) == Version
            && BinaryPrimitives.ReadInt32LittleEndian(header[12..]) == HashedContent.ChunkSize
            && BinaryPrimitives.ReadInt64LittleEndian(header[16..]) == blob.Size
            && header[24..].SequenceEqual(blob.Digest.ToHash());
    }
}
