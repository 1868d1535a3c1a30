using System.Buffers.Binary;

namespace Mesh.Trainer.Torch;

/// <summary>
/// Edits the symbol versions that a 64-bit little-endian ELF library asks of others (section <c>.gnu.version_r</c>;
/// layout in the LSB core specification, "Symbol Versioning").
/// </summary>
internal static class ElfVersions
{
    private const uint VersionNeedSection = 0x6ffffffe;
    private const ushort WeakFlag = 0x2;

    /// <summary>
    /// Sets the weak flag on every requirement of <paramref name="version"/>, in place: the loader then goes on when
    /// the other library lacks it. False when nothing asks for it.
    /// </summary>
    /// <exception cref="InvalidDataException">The bytes are not such a library, or an offset leads out of them.</exception>
    public static bool MakeOptional(Span<byte> elf, string version)
    {
        if (elf.Length < 64 || !elf.StartsWith("\u007fELF"u8) || elf[4] != 2 || elf[5] != 1)
            throw new InvalidDataException("not a 64-bit little-endian ELF file");
        var table = U64(elf, 0x28);
        var entrySize = U16(elf, 0x3a);
        var count = U16(elf, 0x3c);

        var found = false;
        for (var i = 0; i < count; i++)
        {
            var section = table + (long)i * entrySize;
            if (U32(elf, section + 4) != VersionNeedSection) continue;
            var offset = U64(elf, section + 0x18);
            var strings = U64(elf, table + (long)U32(elf, section + 0x28) * entrySize + 0x18);
            found |= MarkNeeds(elf, offset, strings, needs: U32(elf, section + 0x2c), version);
        }
        return found;
    }

    // Verneed {u16 version, u16 count, u32 file, u32 aux, u32 next}; Vernaux {u32 hash, u16 flags, u16 other, u32 name, u32 next}.
    private static bool MarkNeeds(Span<byte> elf, long need, long strings, uint needs, string version)
    {
        var found = false;
        for (var n = 0u; n < needs; n++)
        {
            var aux = need + U32(elf, need + 8);
            for (var a = 0; a < U16(elf, need + 2); a++)
            {
                if (IsText(elf, strings + U32(elf, aux + 8), version))
                {
                    var flags = Slice(elf, aux + 4, 2);
                    BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(U16(elf, aux + 4) | WeakFlag));
                    found = true;
                }
                var nextAux = U32(elf, aux + 12);
                if (nextAux == 0) break;
                aux += nextAux;
            }
            var next = U32(elf, need + 12);
            if (next == 0) break;
            need += next;
        }
        return found;
    }

    private static bool IsText(Span<byte> elf, long offset, string text)
    {
        var bytes = Slice(elf, offset, text.Length + 1);
        for (var i = 0; i < text.Length; i++)
            if (bytes[i] != text[i]) return false;
        return bytes[text.Length] == 0;
    }

    private static ushort U16(Span<byte> elf, long offset) => BinaryPrimitives.ReadUInt16LittleEndian(Slice(elf, offset, 2));

    private static uint U32(Span<byte> elf, long offset) => BinaryPrimitives.ReadUInt32LittleEndian(Slice(elf, offset, 4));

    // A section offset beyond 2 GiB cannot lie in the span; as a negative number it is refused like any other.
    private static long U64(Span<byte> elf, long offset) => unchecked((long)BinaryPrimitives.ReadUInt64LittleEndian(Slice(elf, offset, 8)));

    private static Span<byte> Slice(Span<byte> elf, long offset, int length) =>
        offset >= 0 && offset <= elf.Length - length
            ? elf.Slice((int)offset, length)
            : throw new InvalidDataException($"offset 0x{offset:x} lies outside of the file");
}
