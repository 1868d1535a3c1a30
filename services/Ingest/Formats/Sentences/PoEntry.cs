using System.Text;

namespace Mesh.Ingest.Formats.Sentences;

/// <summary>One entry of a .po file, line by line.</summary>
internal sealed class PoEntry(int maxLength)
{
    private readonly StringBuilder _original = new();
    private readonly StringBuilder _plural = new();
    private readonly StringBuilder _context = new();
    private readonly List<StringBuilder> _forms = [];
    private StringBuilder? _current;
    private long _line;
    private bool _hasOriginal;
    private bool _hasPlural;
    private bool _fuzzy;
    private int _length;
    private string? _problem;

    /// <summary>What the catalogue says of itself; null when this is an entry like others.</summary>
    public string? Header => _hasOriginal && _original.Length + _context.Length == 0 && _forms.Count > 0 && _problem is null ? _forms[0].ToString() : null;

    /// <summary>Whether a line starts the next entry, after what has come.</summary>
    public bool EndsBefore(ReadOnlySpan<char> line) =>
        _forms.Count > 0 && line[0] == '#' || _hasOriginal && (line.StartsWith("msgctxt") || line.StartsWith("msgid") && !line.StartsWith("msgid_plural"));

    /// <param name="line">Trimmed, not empty.</param>
    public void Take(ReadOnlySpan<char> line, long number, bool tooLong)
    {
        if (line[0] == '#')
        {
            // Obsolete entries ("#~") are remarks too.
            _fuzzy |= line.StartsWith("#,") && line.Contains("fuzzy", StringComparison.Ordinal);
            return;
        }

        _line = _line == 0 || line.StartsWith("msgid ") ? number : _line;
        var quote = line.IndexOf('"');
        if (tooLong || (_length += line.Length) > maxLength)
        {
            _problem ??= $"has more than {maxLength} characters";
        }
        else if (quote < 0 || quote > 0 && !TryBegin(line[..quote].TrimEnd()) || _current is null || !PoText.TryAppend(line[quote..], _current))
        {
            _problem ??= $"has line {number}, which is no part of a catalogue";
        }
    }

    /// <summary>What the entry gives: nothing for the header and what is not translated, or not surely.</summary>
    /// <param name="rule">Of the catalogue's language.</param>
    public IEnumerable<SentencePair> Pairs(PluralRule rule)
    {
        if (_problem is not null || _hasOriginal && _forms.Count == 0)
        {
            return [SentencePair.Broken($"{_line}", _problem ?? "has no msgstr", _original.ToString())];
        }

        return _fuzzy || _original.Length == 0 ? []
            : CatalogueEntry.Pairs($"{_line}", _original.ToString(), _hasPlural ? _plural.ToString() : null, [.. _forms.Select(f => f.ToString())], rule);
    }

    private bool TryBegin(ReadOnlySpan<char> keyword)
    {
        _current = keyword switch
        {
            "msgctxt" => _context,
            "msgid" => _original,
            "msgid_plural" => _plural,
            "msgstr" => Form(0),
            ['m', 's', 'g', 's', 't', 'r', '[', var digit, ']'] when char.IsAsciiDigit(digit) => Form(digit - '0'),
            _ => null,
        };
        _hasOriginal |= _current == _original;
        _hasPlural |= _current == _plural;
        return _current is not null;
    }

    private StringBuilder Form(int index)
    {
        while (_forms.Count <= index)
        {
            _forms.Add(new StringBuilder());
        }

        return _forms[index];
    }
}
