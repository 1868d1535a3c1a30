using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;

namespace Mesh.Ingest.Formats.Texts;

/// <summary>
/// Where in a text lines begin, in bytes: who reads the bytes notes the first lines and then some in each 64 KiB; who decodes
/// them counts line feeds, and asks at the beginning of a record whether its place was noted. A decoder alone cannot say,
/// because what replaces damaged bytes has another length.
/// </summary>
internal sealed class LineMarks
{
    private const int SliceBytes = 64 * 1024;

    /// <summary>Lines noted in each slice. Several, because one may begin inside of a quoted field.</summary>
    private const int PerSlice = 16;

    /// <summary>All of the first lines are noted: the head of a file ends with one of them.</summary>
    private const int FirstLines = 256;

    private const uint Feed = '\n';

    private readonly ConcurrentQueue<(long Feeds, long Offset)> _marks = new();
    private readonly bool _detects;
    private int _width;
    private bool _bigEndian;
    private long _offset;
    private long _feeds;
    private (long Feeds, long Offset) _next;

    /// <param name="detects">Whether a byte order mark decides about the encoding, as StreamReader has it.</param>
    public LineMarks(Encoding encoding, bool detects)
    {
        _detects = detects;
        (_width, _bigEndian) = encoding.CodePage switch
        {
            65001 => (1, false),
            1200 => (2, false),
            1201 => (2, true),
            12000 => (4, false),
            12001 => (4, true),
            // Of others with several bytes a character, damaged ones may swallow a line feed.
            _ => (encoding.IsSingleByte && encoding.GetString([(byte)Feed]) == "\n" ? 1 : 0, false),
        };
    }

    /// <summary>Takes the next bytes. All calls but the last bring multiples of four.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (_offset == 0 && _detects)
        {
            Detect(bytes);
        }

        switch (_width)
        {
            case 1:
                Note(bytes, (byte)Feed);
                break;
            case 2:
                Note(MemoryMarshal.Cast<byte, ushort>(bytes), Order((ushort)Feed));
                break;
            case 4:
                Note(MemoryMarshal.Cast<byte, uint>(bytes), Order(Feed));
                break;
        }

        _offset += bytes.Length;
    }

    /// <summary>The offset of the byte behind so many line feeds; 0 when it was not noted. Only asked for ever more.</summary>
    public long Behind(long feeds)
    {
        while (_next.Feeds < feeds && _marks.TryDequeue(out _next))
        {
            // Those before it are of no use any more.
        }

        return _next.Feeds == feeds ? _next.Offset : 0;
    }

    private void Detect(ReadOnlySpan<byte> head) => (_width, _bigEndian) =
        head.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe, 0, 0]) ? (4, false)
        : head.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]) ? (2, false)
        : head.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff]) ? (2, true)
        : head.StartsWith((ReadOnlySpan<byte>)[0, 0, 0xfe, 0xff]) ? (4, true)
        : head.StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf]) ? (1, false)
        : (_width, _bigEndian);

    private ushort Order(ushort unit) => _bigEndian == BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(unit) : unit;

    private uint Order(uint unit) => _bigEndian == BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(unit) : unit;

    private void Note<T>(ReadOnlySpan<T> units, T feed)
        where T : unmanaged, IEquatable<T>
    {
        for (var start = 0; start < units.Length; start += SliceBytes / _width)
        {
            var slice = units.Slice(start, Math.Min(SliceBytes / _width, units.Length - start));
            var at = 0;
            for (var noted = _feeds; noted < FirstLines || noted < _feeds + PerSlice; )
            {
                var line = slice[at..].IndexOf(feed) + 1;
                if (line == 0)
                {
                    break;
                }

                at += line;
                _marks.Enqueue((++noted, _offset + ((long)(start + at) * _width)));
            }

            _feeds += slice.Count(feed);
        }
    }
}
