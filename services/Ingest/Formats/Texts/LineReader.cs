namespace Mesh.Ingest.Formats.Texts;

/// <summary>The lines of a text, ended by "\n" or "\r\n". Of one that is too long only the beginning is kept.</summary>
internal sealed class LineReader(TextReader text, int maxLength)
{
    private const int BufferCharacters = 16 * 1024;

    private readonly char[] _buffer = new char[BufferCharacters];
    private int _start;
    private int _end;
    private char[] _line = new char[256];
    private int _length;

    /// <summary>Of the line, from 1.</summary>
    public long Number { get; private set; }

    public bool TooLong { get; private set; }

    public ReadOnlySpan<char> Line => _line.AsSpan(0, _length).TrimEnd('\r');

    public async ValueTask<bool> MoveNextAsync(CancellationToken cancel)
    {
        (_length, TooLong) = (0, false);
        var found = false;
        while (_start < _end || await FillAsync(cancel))
        {
            found = true;
            var rest = _buffer.AsMemory(_start, _end - _start);
            var end = rest.Span.IndexOf('\n');
            Append(end < 0 ? rest.Span : rest.Span[..end]);
            _start = end < 0 ? _end : _start + end + 1;
            if (end >= 0)
            {
                break;
            }
        }

        Number += found ? 1 : 0;
        return found;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancel)
    {
        (_start, _end) = (0, await text.ReadAsync(_buffer.AsMemory(), cancel));
        return _end > 0;
    }

    private void Append(ReadOnlySpan<char> piece)
    {
        if (piece.Length > maxLength - _length)
        {
            TooLong = true;
            piece = piece[..(maxLength - _length)];
        }

        if (_length + piece.Length > _line.Length)
        {
            Array.Resize(ref _line, Math.Min(maxLength, Math.Max(2 * _line.Length, _length + piece.Length)));
        }

        piece.CopyTo(_line.AsSpan(_length));
        _length += piece.Length;
    }
}
