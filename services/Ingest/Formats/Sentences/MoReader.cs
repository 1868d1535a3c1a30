using System.Buffers.Binary;
using System.Text;
using Mesh.Ingest.Formats.Archives;

namespace Mesh.Ingest.Formats.Sentences;

/// <summary>
/// A compiled gettext catalogue (gettext manual, "The Format of GNU MO Files"), of either byte order: two tables of lengths
/// and offsets, of the originals and of their translations. It is in memory as a whole. Messages with a part that depends on
/// the system ("%&lt;PRIuMAX&gt;") lie in tables of their own and are left out: about one in a hundred where there are any.
/// </summary>
internal sealed class MoReader : PairReader
{
    private const uint Magic = 0x950412de;
    private const int HeaderBytes = 28;

    /// <summary>Of a table's entry: a length and an offset.</summary>
    private const int PlaceBytes = 8;

    /// <summary>Ends the context that an original may start with.</summary>
    private const byte EndOfContext = 4;

    private readonly string _source;
    private readonly ReadOnlyMemory<byte> _file;
    private readonly bool _bigEndian;
    private readonly uint _count;
    private readonly uint _originals;
    private readonly uint _translations;
    private readonly Encoding _encoding;
    private readonly PluralRule _rule;
    private readonly Queue<SentencePair> _pairs = new();
    private uint _next;

    private MoReader(ReadOnlyMemory<byte> file, string source, string encoding)
    {
        (_file, _source) = (file, source);
        _bigEndian = BinaryPrimitives.ReadUInt32BigEndian(file.Span) == Magic;
        if (!_bigEndian && BinaryPrimitives.ReadUInt32LittleEndian(file.Span) != Magic || Number(4) >> 16 > 1)
        {
            throw Damaged("starts with another magic number or version");
        }

        (_count, _originals, _translations) = (Number(8), Number(12), Number(16));
        CheckTable(_originals);
        CheckTable(_translations);
        CheckStrings();
        _encoding = CatalogueCharset.Find(encoding, Header(), source);
        _rule = PluralRule.Find(_encoding.GetString(Header()));
    }

    /// <param name="encoding">As asked for; empty for that of the header.</param>
    /// <exception cref="DatasetException">CATALOGUE_TOO_LARGE or CATALOGUE_DAMAGED.</exception>
    public static async Task<MoReader> OpenAsync(Stream content, string source, string encoding, IngestOptions options, CancellationToken cancel)
    {
        var bytes = new ContentBuffer(options.MaxCatalogueBytes);
        int read;
        while (!bytes.Overflown && (read = await content.ReadAsync(bytes.Room(), cancel)) > 0)
        {
            bytes.Advance(read);
        }

        return bytes.Overflown ? throw new DatasetException("CATALOGUE_TOO_LARGE", $"{source} has more than {options.MaxCatalogueBytes} bytes; as text (.po) it may have more.")
            : bytes.Length < HeaderBytes ? throw new DatasetException("CATALOGUE_DAMAGED", $"{source} ends within its header.")
            : new MoReader(bytes.Memory, source, encoding);
    }

    public override ValueTask<bool> MoveNextAsync(CancellationToken cancel)
    {
        while (_pairs.Count == 0 && _next < _count)
        {
            Read(_next++);
        }

        var found = _pairs.TryDequeue(out var pair);
        Current = pair;
        return ValueTask.FromResult(found);
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Read(uint index)
    {
        var original = Text(_originals, index);
        original = original[(original.IndexOf(EndOfContext) + 1)..];
        // The header is the translation of nothing.
        if (original.IsEmpty)
        {
            return;
        }

        var end = original.IndexOf((byte)0);
        var singular = _encoding.GetString(end < 0 ? original : original[..end]);
        var plural = end < 0 ? null : _encoding.GetString(original[(end + 1)..]);
        var forms = _encoding.GetString(Text(_translations, index));
        foreach (var pair in CatalogueEntry.Pairs($"{index}", singular, plural, plural is null ? [forms] : forms.Split('\0'), _rule))
        {
            _pairs.Enqueue(pair);
        }
    }

    private ReadOnlySpan<byte> Header()
    {
        for (uint i = 0; i < _count; i++)
        {
            if (Text(_originals, i).IsEmpty)
            {
                return Text(_translations, i);
            }
        }

        return [];
    }

    private void CheckTable(uint offset)
    {
        if (offset < HeaderBytes || offset > _file.Length || _count > (_file.Length - offset) / PlaceBytes)
        {
            throw Damaged("has a table that is not inside the file");
        }
    }

    // Strings that share their bytes would let a small file hold texts without end.
    private void CheckStrings()
    {
        long bytes = 0;
        for (uint i = 0; i < _count; i++)
        {
            foreach (var table in (ReadOnlySpan<uint>)[_originals, _translations])
            {
                var (length, offset) = Place(table, i);
                if (offset > _file.Length || length >= _file.Length - offset || _file.Span[(int)(offset + length)] != 0)
                {
                    throw Damaged($"has a text, of entry {i}, that is not inside the file or has no end");
                }

                bytes += length + 1;
            }
        }

        if (bytes > _file.Length)
        {
            throw Damaged("has texts that overlap each other");
        }
    }

    private ReadOnlySpan<byte> Text(uint table, uint index)
    {
        var (length, offset) = Place(table, index);
        return _file.Span.Slice((int)offset, (int)length);
    }

    private (uint Length, uint Offset) Place(uint table, uint index)
    {
        var at = (int)(table + (index * PlaceBytes));
        return (Number(at), Number(at + 4));
    }

    private uint Number(int at) =>
        _bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(_file.Span[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(_file.Span[at..]);

    private DatasetException Damaged(string problem) => new("CATALOGUE_DAMAGED", $"{_source} {problem}.");
}
