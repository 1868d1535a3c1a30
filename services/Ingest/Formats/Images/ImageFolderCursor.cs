using Mesh.Ingest.Formats.Archives;

namespace Mesh.Ingest.Formats.Images;

/// <summary>The files of a version as images, one after the other. Skipping is free in a zip, costs a header in a tar, and the expansion in a gzipped one.</summary>
internal sealed class ImageFolderCursor(IReadOnlyList<SourceFile> files, RecordLayout layout, string? onlySplit, IngestOptions options) : RecordCursor(layout.Schema)
{
    private const int Image = 0;
    private const int Label = 1;

    private readonly ContentBuffer _content = new(options.MaxImageBytes);
    private readonly EntryWalk _walk = new(files, new ExpansionBudget(options));
    private readonly HashSet<string> _labels = [.. layout.Labels.Names];
    private string? _label;

    public override string Source => _walk.Source;

    public override CursorPlace? Place => _walk.PlaceOf();

    public override void StartAt(in CursorPlace place) => _walk.StartAt(place.Entry);

    public override async ValueTask<bool> MoveNextAsync(CancellationToken cancel)
    {
        while (await _walk.MoveNextAsync(cancel))
        {
            Total = _walk.Count;
            var place = EntryPlace.Of(_walk.Name);
            if (onlySplit is null || place.Split == onlySplit)
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
        if (await _walk.ReadAsync(_content, cancel) is { } problem)
        {
            return problem;
        }

        Row.Clear();
        if (_label is not null)
        {
            Row.SetText(Label, _label);
        }

        return _content.Overflown ? ImageCheck.TooLarge(options) : ImageCheck.Take(_content.Memory, Row, Image, options);
    }

    public override ValueTask DisposeAsync() => _walk.DisposeAsync();
}
