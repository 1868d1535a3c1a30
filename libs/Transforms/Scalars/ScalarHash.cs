using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using Mesh.Transforms.Records;

namespace Mesh.Transforms.Scalars;

/// <summary>
/// XXH64 of values, the same everywhere and forever: of a text its UTF-8 bytes, of an integer its 8 bytes, little-endian. Every other library that has
/// XXH64 gives the same.
/// </summary>
internal static class ScalarHash
{
    private const int OnStack = 512;

    /// <param name="value">Text or integer.</param>
    /// <param name="seed">Of the hash.</param>
    public static ulong Of(in RecordValue value, long seed)
    {
        if (value.Kind == ColumnKind.Text)
            return Of(value.Text, seed);
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value.Integer);
        return XxHash64.HashToUInt64(bytes, seed);
    }

    /// <summary>Of a combination: the hash of the hashes, 8 bytes each, little-endian.</summary>
    public static ulong Of(Span<ulong> hashes, long seed) => XxHash64.HashToUInt64(MemoryMarshal.AsBytes(hashes), seed);

    private static ulong Of(string text, long seed)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        var rented = most > OnStack ? ArrayPool<byte>.Shared.Rent(most) : null;
        Span<byte> bytes = rented ?? stackalloc byte[OnStack];
        var hash = XxHash64.HashToUInt64(bytes[..Encoding.UTF8.GetBytes(text, bytes)], seed);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return hash;
    }
}
