using Mesh.Ingest.Formats.Archives;

namespace Mesh.Ingest.Formats.Texts;

/// <summary>The files of a version as texts, one after the other. Skipping is free in a zip, costs a header in a tar, and the expansion in a gzipped one.</summary>
internal sealed class TextFolderCursor(IReadOnlyList<SourceFile> files, RecordLayout layout, string? onlySplit, IngestOptions options) : RecordCursor(layout.Schema)
{
    private const int Content = 0;
    private const int Label = 1;
    private const char Replacement = '\uFFFD';

    private readonly ContentBuffer _content = new(options.MaxRecordBytes);
    private readonly EntryWalk _walk = new(files, new ExpansionBudget(options));
    private readonly HashSet<string> _labels = [.. layout.Labels.Names];
    private char[] _text = [];
    private int _length;
    private string? _label;

    public override string Source => _walk.Source;

    public override ReadOnlySpan<char> Text => _text.AsSpan(0, _length);

    public override CursorPlace? Place => _walk.PlaceOf();

    public override void StartAt(in CursorPlace place) => _walk.StartAt(place.Entry);

    public override async ValueTask<bool> MoveNextAsync(CancellationToken cancel)
    {
        _length = 0;
        while (await _walk.MoveNextAsync(cancel))
        {
            Total = _walk.Count;
            var place = EntryPlace.Of(_walk.Name);
            if (!(_walk.InArchive && EntryPlace.IsRemark(_walk.Name)) && (onlySplit is null || place.Split == onlySplit))
            {
                (Split, _label, File) = (place.Split, place.Label, _walk.File);
                return true;
            }
        }

        return false;
    }

    public override async ValueTask<string?> ReadAsync(CancellationToken cancel)
    {
        if (_walk.Kind != EntryKind.File)
        {
            return _walk.Kind == EntryKind.Link ? "is a link" : "is not a regular file";
        }

        if (layout.Labels.Known && (_label is null || !_labels.Contains(_label)))
        {
            return _label is null ? "has no label, and label names were given" : $"label \"{_label}\" is not one of the label names";
        }

        _content.Clear();
        return await _walk.ReadAsync(_content, cancel) is { } problem ? problem
            : _content.Overflown ? $"has more than {options.MaxRecordBytes} bytes"
            : Take();
    }

    public override ValueTask DisposeAsync() => _walk.DisposeAsync();

    private string? Take()
    {
        if (_content.Length == 0)
        {
            return "the file is empty";
        }

        var name = layout.Options.Encoding.Length > 0 ? layout.Options.Encoding : TextEncodings.Find(_content.Span, whole: true);
        if (name is null)
        {
            return "is not text in any encoding that can be recognised";
        }

        var encoding = TextEncodings.Get(name);
        var longest = encoding.GetMaxCharCount(_content.Length);
        _text = _text.Length < longest ? new char[longest] : _text;
        _length = encoding.GetChars(_content.Span, _text);
        var text = _text.AsSpan(0, _length).TrimStart('\uFEFF');
        if (text.Contains(Replacement))
        {
            return $"holds bytes that are not text in {name}";
        }

        Row.Clear();
        Row.SetText(Content, text);
        if (_label is not null)
        {
            Row.SetText(Label, _label);
        }

        return null;
    }
}
