using System.Text;
using Mesh.Ingest.Formats.Texts;

namespace Mesh.Ingest.Formats.Sentences;

/// <summary>
/// A gettext catalogue as text (gettext manual, "The Format of PO Files"), entry by entry. An entry that is damaged is one
/// rejected record; reading goes on with the next.
/// </summary>
internal sealed class PoReader(Stream content, Encoding encoding, int maxLength) : PairReader
{
    private readonly StreamReader _text = new(content, encoding, detectEncodingFromByteOrderMarks: true);
    private readonly Queue<SentencePair> _pairs = new();
    private PluralRule _rule = PluralRule.Usual;
    private LineReader? _lines;
    private bool _held;

    public override async ValueTask<bool> MoveNextAsync(CancellationToken cancel)
    {
        _lines ??= new LineReader(_text, maxLength);
        while (_pairs.Count == 0 && await ReadEntryAsync(_lines, cancel) is { } entry)
        {
            _rule = entry.Header is { } header ? PluralRule.Find(header) : _rule;
            foreach (var pair in entry.Pairs(_rule))
            {
                _pairs.Enqueue(pair);
            }
        }

        var found = _pairs.TryDequeue(out var next);
        Current = next;
        return found;
    }

    public override ValueTask DisposeAsync()
    {
        _text.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<PoEntry?> ReadEntryAsync(LineReader lines, CancellationToken cancel)
    {
        var entry = new PoEntry(maxLength);
        var any = false;
        while (_held || await lines.MoveNextAsync(cancel))
        {
            _held = false;
            if (lines.Line.IsWhiteSpace())
            {
                continue;
            }

            if (entry.EndsBefore(lines.Line.Trim()))
            {
                _held = true;
                return entry;
            }

            entry.Take(lines.Line.Trim(), lines.Number, lines.TooLong);
            any = true;
        }

        return any ? entry : null;
    }
}
