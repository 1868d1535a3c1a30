namespace Mesh.Ingest.Formats.Texts;

/// <summary>A text from its first character that ends no line. Line ends in front of it are counted. Owns the other reader.</summary>
internal sealed class BodyReader(TextReader text) : TextReader
{
    private bool _begun;

    /// <summary>Of "\n", those in front.</summary>
    public int Feeds { get; private set; }

    /// <summary>Of "\r", those in front.</summary>
    public int Returns { get; private set; }

    public override async Task<int> ReadAsync(char[] buffer, int index, int count)
    {
        while (true)
        {
            var read = await text.ReadAsync(buffer, index, count);
            if (_begun || read == 0)
            {
                return read;
            }

            var rest = Skip(buffer.AsSpan(index, read));
            if (rest > 0)
            {
                _begun = true;
                return rest;
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            text.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Skip(Span<char> characters)
    {
        var body = characters.TrimStart("\r\n");
        var front = characters[..^body.Length];
        Feeds += front.Count('\n');
        Returns += front.Count('\r');
        body.CopyTo(characters);
        return body.Length;
    }
}
