using System.Buffers.Binary;
using System.IO.Hashing;

namespace Mesh.Blobs;

/// <summary>
/// What lies beside a blob and proves its chunks. Little-endian: magic (8 bytes), format version (int32), chunk size (int32), blob size (int64), blob digest (32),
/// then an XXH128 (16, big-endian) for each chunk: it finds damage at the speed of memory. Who can change a chunk on purpose can change this file as well, so
/// that a slower hash would prove no more.
/// </summary>
internal static class ChunkSidecar
{
    public const string Suffix = ".chunks";
    public const int HeaderSize = 56;
    public const int HashSize = 16;
    private const int Version = 1;
    private static ReadOnlySpan<byte> Magic => "MESHCHNK"u8;

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

    /// <summary>Bytes of the sidecar of a blob of this size.</summary>
    public static long LengthFor(long blobSize) => HashOffset((blobSize + HashedContent.ChunkSize - 1) / HashedContent.ChunkSize);

    /// <summary>Where in the sidecar a chunk's hash is.</summary>
    public static long HashOffset(long chunk) => HeaderSize + chunk * HashSize;

    /// <summary>Whether a sidecar that begins so and is so long is this blob's, and whole.</summary>
    public static bool Describes(ReadOnlySpan<byte> header, long length, BlobInfo blob) =>
        length == LengthFor(blob.Size)
        && header.Length >= HeaderSize
        && header[..8].SequenceEqual(Magic)
        && BinaryPrimitives.ReadInt32LittleEndian(header[8..]) == Version
        && BinaryPrimitives.ReadInt32LittleEndian(header[12..]) == HashedContent.ChunkSize
        && BinaryPrimitives.ReadInt64LittleEndian(header[16..]) == blob.Size
        && header[24..HeaderSize].SequenceEqual(blob.Digest.ToHash());

    public static bool Proves(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> chunk)
    {
        Span<byte> actual = stackalloc byte[HashSize];
        XxHash128.Hash(chunk, actual);
        return hash.SequenceEqual(actual);
    }

    public static BlobCorruptException Missing(BlobDigest digest) => new(digest, "its chunk hashes are missing");

    public static BlobCorruptException Damaged(BlobDigest digest) => new(digest, "its chunk hashes are damaged");

    public static BlobCorruptException Unproven(BlobDigest digest, long chunk) => new(digest, $"chunk {chunk} is not what was written");
}
