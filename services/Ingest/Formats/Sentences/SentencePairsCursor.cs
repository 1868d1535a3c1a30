using Mesh.Ingest.Formats.Archives;
using Mesh.Ingest.Formats.Detection;
using Mesh.Ingest.Formats.Texts;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats.Sentences;

/// <summary>The pairs of all files, one file after the other. What a file is, its content says.</summary>
internal sealed class SentencePairsCursor(IReadOnlyList<SourceFile> files, RecordLayout layout, string? onlySplit, IngestOptions options)
    : RecordCursor(layout.Schema)
{
    private const int SourceColumn = 0;
    private const int TargetColumn = 1;
    private const int HeadBytes = 64 * 1024;
    private const char Replacement = '\uFFFD';

    private readonly EntryWalk _walk = new(files, new ExpansionBudget(options));
    private PairReader? _pairs;
    private Stream? _content;
    private string _text = "";

    /// <summary>"de.po#120": the entry whose msgid is in line 120; "de.po#120[1]": its second form; "de.mo#7": its entry 7, from 0.</summary>
    public override string Source => _pairs is null ? _walk.Source : $"{_walk.Source}#{_pairs.Current.Place}";

    public override ReadOnlySpan<char> Text => _text;

    public override async ValueTask<bool> MoveNextAsync(CancellationToken cancel)
    {
        while (true)
        {
            if (_pairs is not null && await _pairs.MoveNextAsync(cancel))
            {
                return true;
            }

            await CloseAsync();
            do
            {
                if (!await _walk.MoveNextAsync(cancel))
                {
                    return false;
                }

                (Split, File) = (EntryPlace.SplitOfTable(_walk.Name), _walk.File);
            }
            while (onlySplit is not null && Split != onlySplit || _walk.Kind != EntryKind.File || _walk.InArchive && EntryPlace.IsRemark(_walk.Name));

            _pairs = await OpenAsync(cancel);
            if (_pairs is null && _content is not null)
            {
                return true;
            }
        }
    }

    public override ValueTask<string?> ReadAsync(CancellationToken cancel) => ValueTask.FromResult(Read());

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await _walk.DisposeAsync();
    }

    private string? Read()
    {
        Row.Clear();
        _text = "";
        if (_pairs is null)
        {
            return "is neither a gettext catalogue nor a text";
        }

        var pair = _pairs.Current;
        _text = pair.Target.Length == 0 ? pair.Source : $"{pair.Source}\t{pair.Target}";
        if (pair.Problem is not null)
        {
            return pair.Problem;
        }

        if (_text.AsSpan().IndexOfAnyInRange('\0', '\x08') is >= 0 and var control)
        {
            return $"holds binary data (character \\x{(int)_text[control]:x2})";
        }

        Row.SetText(SourceColumn, pair.Source);
        Row.SetText(TargetColumn, pair.Target);
        return _text.Length > options.MaxRecordBytes ? $"has more than {options.MaxRecordBytes} characters"
            : _text.Contains(Replacement) ? "holds bytes that are not text in this encoding"
            : null;
    }

    /// <returns>Null for a file without pairs; the content is open then when that is worth a rejected record.</returns>
    private async ValueTask<PairReader?> OpenAsync(CancellationToken cancel)
    {
        var content = new HeadStream(_walk.OpenContent(), HeadBytes);
        _content = content;
        var (head, whole) = await content.PeekAsync(cancel);
        switch (ContentKinds.Of(_walk.Name, head.Span, whole))
        {
            case ContentKind.Empty:
                await CloseAsync();
                return null;
            case ContentKind.Mo:
                return await MoReader.OpenAsync(content, _walk.Source, layout.Options.Encoding, options, cancel);
            case ContentKind.Po:
                return new PoReader(content, CatalogueCharset.Find(layout.Options.Encoding, head.Span, _walk.Source), options.MaxRecordBytes);
            case var _ when (layout.Options.Encoding is { Length: > 0 } asked ? asked : TextEncodings.Find(head.Span, whole)) is { } encoding:
                var delimiter = layout.Options.Delimiter.Length > 0 ? layout.Options.Delimiter[0] : '\t';
                var header = layout.Options.Header == FormatOptions.Types.Header.Present;
                return new PairLines(content, TextEncodings.Get(encoding), delimiter, header, options.MaxRecordBytes);
            default:
                return null;
        }
    }

    private async ValueTask CloseAsync()
    {
        var (pairs, content) = (_pairs, _content);
        (_pairs, _content) = (null, null);
        if (pairs is not null)
        {
            await pairs.DisposeAsync();
        }

        if (content is not null)
        {
            await content.DisposeAsync();
        }
    }
}
