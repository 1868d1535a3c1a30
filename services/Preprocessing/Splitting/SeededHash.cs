using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Mesh.Preprocessing.Splitting;

/// <summary>SHA-256 as the source of randomness: the same on every runtime, for ever.</summary>
internal static class SeededHash
{
    /// <param name="purpose">Draws of different purposes have nothing to do with each other.</param>
    public static ulong Of(long seed, byte purpose, long number, UInt128 key)
    {
        Span<byte> drawn = stackalloc byte[sizeof(long) + 1 + sizeof(long) + 16];
        BinaryPrimitives.WriteInt64LittleEndian(drawn, seed);
        drawn[8] = purpose;
        BinaryPrimitives.WriteInt64LittleEndian(drawn[9..], number);
        BinaryPrimitives.WriteUInt128LittleEndian(drawn[17..], key);
        Span<byte> random = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(drawn, random);
        return BinaryPrimitives.ReadUInt64LittleEndian(random);
    }
}
