using System.Text;
using Mesh.Ingest.Formats.Texts;

namespace Mesh.Ingest.Formats.Sentences;

/// <summary>Lines of two fields. Quotes mean nothing: sentences are full of them.</summary>
internal sealed class PairLines(Stream content, Encoding encoding, char delimiter, bool header, int maxLength) : PairReader
{
    private readonly StreamReader _text = new(content, encoding, detectEncodingFromByteOrderMarks: true);
    private LineReader? _lines;

    public override async ValueTask<bool> MoveNextAsync(CancellationToken cancel)
    {
        _lines ??= new LineReader(_text, maxLength);
        while (await _lines.MoveNextAsync(cancel))
        {
            if (_lines.Line.IsEmpty || header && _lines.Number == 1)
            {
                continue;
            }

            Current = Split(_lines.Line, $"{_lines.Number}", _lines.TooLong);
            return true;
        }

        return false;
    }

    public override ValueTask DisposeAsync()
    {
        _text.Dispose();
        return ValueTask.CompletedTask;
    }

    private SentencePair Split(ReadOnlySpan<char> line, string place, bool tooLong)
    {
        if (tooLong)
        {
            return SentencePair.Broken(place, $"has more than {maxLength} characters");
        }

        var between = line.IndexOf(delimiter);
        var fields = line.Count(delimiter) + 1;
        if (fields != 2)
        {
            return SentencePair.Broken(place, $"has {fields} fields; a pair has 2", line.ToString());
        }

        var source = line[..between].Trim();
        var target = line[(between + 1)..].Trim();
        return source.IsEmpty || target.IsEmpty
            ? SentencePair.Broken(place, $"has no {(source.IsEmpty ? "source" : "target")}", line.ToString())
            : new SentencePair(place, source.ToString(), target.ToString());
    }
}
