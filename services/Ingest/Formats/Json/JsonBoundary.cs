using System.Buffers;

namespace Mesh.Ingest.Formats.Json;

/// <summary>Finds the end of one JSON value, piece by piece, without holding or understanding it: by its quotes and brackets only.</summary>
internal struct JsonBoundary()
{
    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[]"u8);
    private static readonly SearchValues<byte> Ends = SearchValues.Create(",]} \t\r\n"u8);

    private long _depth;
    private bool _begun;
    private bool _quoted;
    private bool _escaped;
    private bool _scalar;

    /// <param name="bytes">The value's next bytes, the first of them at the first call.</param>
    /// <returns>How many of them belong to it; all of them when it goes on.</returns>
    public int Scan(ReadOnlySpan<byte> bytes, out bool ended)
    {
        ended = false;
        var at = 0;
        while (at < bytes.Length && !ended)
        {
            if (!_begun)
            {
                (_begun, _scalar) = (true, !Structure.Contains(bytes[at]));
            }

            at += _quoted ? Quoted(bytes[at..], out ended) : _scalar ? Scalar(bytes[at..], out ended) : Structured(bytes[at..], out ended);
        }

        return at;
    }

    private int Quoted(ReadOnlySpan<byte> bytes, out bool ended)
    {
        ended = false;
        if (_escaped)
        {
            _escaped = false;
            return 1;
        }

        var stop = bytes.IndexOfAny((byte)'"', (byte)'\\');
        if (stop < 0)
        {
            return bytes.Length;
        }

        _escaped = bytes[stop] == '\\';
        _quoted = _escaped;
        ended = !_quoted && _depth == 0;
        return stop + 1;
    }

    private static int Scalar(ReadOnlySpan<byte> bytes, out bool ended)
    {
        var stop = bytes.IndexOfAny(Ends);
        ended = stop >= 0;
        return ended ? stop : bytes.Length;
    }

    private int Structured(ReadOnlySpan<byte> bytes, out bool ended)
    {
        ended = false;
        var stop = bytes.IndexOfAny(Structure);
        if (stop < 0)
        {
            return bytes.Length;
        }

        if (bytes[stop] == '"')
        {
            _quoted = true;
        }
        else
        {
            _depth += bytes[stop] is (byte)'{' or (byte)'[' ? 1 : -1;
            ended = _depth <= 0;
        }

        return stop + 1;
    }
}
