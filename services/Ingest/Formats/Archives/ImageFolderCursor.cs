using Google.Protobuf;
using Mesh.Ingest.Formats.Images;
using Mesh.Ingest.V1;
using Mesh.Ingest.Versions;

namespace Mesh.Ingest.Formats.Archives;

/// <summary>The files in archives, one after the other. Skipping is free in a zip; a tar has to be expanded up to there.</summary>
internal sealed class ImageFolderCursor(IReadOnlyList<SourceFile> files, LabelNames labels, string? onlySplit, IngestOptions options) : RecordCursor
{
    private readonly ContentBuffer _content = new(options.MaxImageBytes);
    private readonly ExpansionBudget _budget = new(options);
    private readonly HashSet<string> _labels = [.. labels.Names];
    private int _next;
    private ArchiveReader? _archive;
    private string _name = "";

    public override string Source => $"{files[_next - 1].Path}:{_name}";

    public override async ValueTask<bool> MoveNextAsync(CancellationToken cancel)
    {
        while (true)
        {
            if (_archive is null && !await OpenNextAsync(cancel))
            {
                return false;
            }

            if (!await _archive!.MoveNextAsync(cancel))
            {
                await CloseAsync();
                continue;
            }

            _name = EntryPlace.SafeName(files[_next - 1].Path, _archive.Name);
            if (_archive.Kind == EntryKind.Folder || _name.Length == 0 || EntryPlace.IsLitter(_name))
            {
                continue;
            }

            var place = EntryPlace.Of(_name);
            if (onlySplit is null || place.Split == onlySplit)
            {
                (Split, Label) = (place.Split, place.Label);
                return true;
            }
        }
    }

    public override async ValueTask<string?> ReadAsync(CancellationToken cancel)
    {
        if (_archive!.Kind != EntryKind.File)
        {
            return _archive.Kind == EntryKind.Link ? "is a link" : "is not a regular file";
        }

        if (labels.Known && (Label is null || !_labels.Contains(Label)))
        {
            return Label is null ? "has no label, and label names were given" : $"label \"{Label}\" is not one of the label names";
        }

        _content.Clear();
        if (await _archive.ReadAsync(_content, cancel) is { } problem)
        {
            return problem;
        }

        return _content.Overflown ? ImageCheck.TooLarge(options) : ImageCheck.Problem(_content.Span, options);
    }

    public override ImageValue ToImage() => new() { Data = ByteString.CopyFrom(_content.Span), Encoding = ImageEncoding.File };

    public override ValueTask DisposeAsync() => CloseAsync();

    private async Task<bool> OpenNextAsync(CancellationToken cancel)
    {
        if (_next == files.Count)
        {
            return false;
        }

        var file = files[_next++];
        var head = await FileHead.ReadAsync(file, cancel);
        _archive = !head.Gzipped && ZipDirectory.IsZip(head.Bytes)
            ? await ZipArchiveReader.OpenAsync(file, _budget, cancel)
            : await TarArchiveReader.OpenAsync(file, head.Gzipped, _budget, cancel);
        Total += _archive.Count;
        return true;
    }

    private async ValueTask CloseAsync()
    {
        var archive = _archive;
        _archive = null;
        if (archive is not null)
        {
            await archive.DisposeAsync();
        }
    }
}
