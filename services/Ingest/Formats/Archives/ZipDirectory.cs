using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Mesh.Ingest.Formats.Archives;

/// <summary>One file in a zip.</summary>
/// <param name="NameStart">Where its name is in the directory's pool.</param>
internal readonly record struct ZipEntry(
    int NameStart, ushort NameLength, ushort Method, ushort Flags, bool IsLink, uint Crc, long CompressedSize, long HeaderOffset);

/// <summary>
/// The central directory of a zip (APPNOTE.TXT 4.3.12 on, zip64 too), compact: 40 bytes and the name, an entry. Sorted by
/// name, byte by byte in UTF-8. Everything in it is checked against the file's size, nothing is trusted later. The memory is
/// pooled: a directory is megabytes, and reading comes soon after committing.
/// </summary>
internal sealed class ZipDirectory : IDisposable
{
    private const int EntryHeaderBytes = 46;
    private const int MaxNameBytes = 4096;
    private const int MaxPoolBytes = 1 << 30;

    private readonly SourceFile _file;
    private readonly ZipEntry[] _entries;
    private readonly int[] _order;
    private byte[] _names;
    private int _namesEnd;

    private ZipDirectory(SourceFile file, int count)
    {
        _file = file;
        Count = count;
        _entries = ArrayPool<ZipEntry>.Shared.Rent(count);
        _order = ArrayPool<int>.Shared.Rent(count);
        _names = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(count, 1) * 32L, MaxPoolBytes));
    }

    public int Count { get; }

    /// <summary>The first bytes of a zip with entries, or of an empty one.</summary>
    public static bool IsZip(ReadOnlySpan<byte> head) => head.StartsWith("PK\x3\x4"u8) || head.StartsWith("PK\x5\x6"u8);

    /// <summary>The entry at a place in the order of names.</summary>
    public ref readonly ZipEntry this[int place] => ref _entries[_order[place]];

    public string NameOf(in ZipEntry entry) => Encoding.UTF8.GetString(NameBytes(entry));

    public bool IsFolder(in ZipEntry entry) => NameBytes(entry)[^1] == (byte)'/';

    /// <exception cref="DatasetException">ZIP_DAMAGED, TOO_MANY_ENTRIES, UNSAFE_NAME, DUPLICATE_ENTRY or COMPRESSION_BOMB.</exception>
    public static ZipDirectory Read(SourceFile file, Stream zip, ExpansionBudget budget)
    {
        var end = ZipEnd.Find(file, zip);
        budget.CheckEntries(end.Entries, file.Path);
        if (end.Entries > end.DirectorySize / EntryHeaderBytes)
        {
            throw ZipEnd.Damaged(file, "its directory is shorter than its number of entries");
        }

        var directory = new ZipDirectory(file, (int)end.Entries);
        zip.Position = end.DirectoryOffset;
        try
        {
            directory.ReadEntries(zip, end.DirectoryOffset);
            directory.Sort();
        }
        catch (EndOfStreamException)
        {
            directory.Dispose();
            throw ZipEnd.Damaged(file, "its directory is cut off");
        }
        catch
        {
            directory.Dispose();
            throw;
        }

        return directory;
    }

    public void Dispose()
    {
        ArrayPool<ZipEntry>.Shared.Return(_entries);
        ArrayPool<int>.Shared.Return(_order);
        ArrayPool<byte>.Shared.Return(_names);
    }

    private void ReadEntries(Stream zip, long directoryOffset)
    {
        Span<byte> header = stackalloc byte[EntryHeaderBytes];
        var variable = new byte[ushort.MaxValue];
        long compressed = 0;
        for (var i = 0; i < Count; i++)
        {
            zip.ReadExactly(header);
            if (!header.StartsWith("PK\x1\x2"u8))
            {
                throw ZipEnd.Damaged(_file, $"entry {i} of its directory does not start like one");
            }

            int Short(Span<byte> h, int at) => BinaryPrimitives.ReadUInt16LittleEndian(h[at..]);
            uint Long(Span<byte> h, int at) => BinaryPrimitives.ReadUInt32LittleEndian(h[at..]);
            var (flags, method, nameLength, extraLength) = (Short(header, 8), Short(header, 10), Short(header, 28), Short(header, 30));
            if (nameLength is 0 or > MaxNameBytes)
            {
                throw new DatasetException("UNSAFE_NAME", $"{_file.Path}: entry {i} has a name of {nameLength} bytes; 1 to {MaxNameBytes} are possible.");
            }

            zip.ReadExactly(variable, 0, nameLength);
            var (start, length) = AddName(variable.AsSpan(0, nameLength));
            zip.ReadExactly(variable, 0, extraLength);
            var (size, packed, offset) = Zip64Extra.Apply(variable.AsSpan(0, extraLength), Long(header, 24), Long(header, 20), Long(header, 42));
            zip.ReadExactly(variable, 0, Short(header, 32));
            if (packed < 0 || size < 0 || offset < 0 || offset > directoryOffset || packed > directoryOffset - offset)
            {
                throw ZipEnd.Damaged(_file, $"entry \"{Printable.Of(Encoding.UTF8.GetString(_names, start, length))}\" is not inside the file");
            }

            // Entries that share their bytes let a small file expand without end.
            compressed += packed;
            if (compressed > directoryOffset)
            {
                throw new DatasetException("COMPRESSION_BOMB", $"{_file.Path} has entries that overlap each other.");
            }

            const int UnixLink = 0xA000;
            var isLink = ((Long(header, 38) >> 16) & 0xF000) == UnixLink;
            _entries[i] = new ZipEntry(start, (ushort)length, (ushort)method, (ushort)flags, isLink, Long(header, 16), packed, offset);
        }
    }

    // Names that are not UTF-8 are taken as Latin-1, so that every name has one reading.
    private (int Start, int Length) AddName(ReadOnlySpan<byte> name)
    {
        if (!System.Text.Unicode.Utf8.IsValid(name))
        {
            name = Encoding.UTF8.GetBytes(Encoding.Latin1.GetString(name));
        }

        if (_namesEnd + name.Length > MaxPoolBytes)
        {
            throw new DatasetException("TOO_MANY_ENTRIES", $"{_file.Path} has entries whose names take more than {MaxPoolBytes} bytes together.");
        }

        if (_namesEnd + name.Length > _names.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(_names.Length * 3L / 2, _namesEnd + name.Length), MaxPoolBytes));
            _names.AsSpan(0, _namesEnd).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_names);
            _names = larger;
        }

        name.CopyTo(_names.AsSpan(_namesEnd));
        _namesEnd += name.Length;
        return (_namesEnd - name.Length, name.Length);
    }

    private void Sort()
    {
        var order = _order.AsSpan(0, Count);
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        order.Sort((a, b) => NameBytes(_entries[a]).SequenceCompareTo(NameBytes(_entries[b])));
        for (var i = 1; i < Count; i++)
        {
            if (NameBytes(this[i]).SequenceEqual(NameBytes(this[i - 1])))
            {
                throw new DatasetException("DUPLICATE_ENTRY", $"{_file.Path} has two entries \"{Printable.Of(NameOf(this[i]))}\".");
            }
        }
    }

    private ReadOnlySpan<byte> NameBytes(in ZipEntry entry) => _names.AsSpan(entry.NameStart, entry.NameLength);
}
