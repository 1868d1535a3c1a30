using Mesh.Ingest.Formats.Archives;
using Mesh.Ingest.Formats.Images;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats.Boxes;

/// <summary>
/// Images with boxes: one pass over all entries for the annotations, which may come before or after their images, and one
/// for the images. A gzipped tar is expanded twice. What is annotated and not there comes at the end, as rejected records.
/// </summary>
internal sealed class BoxCursor(
    IReadOnlyList<SourceFile> files, RecordLayout layout, string? onlySplit, ImageAnnotations annotations, IngestOptions options) : RecordCursor(layout.Schema)
{
    private const int Image = 0;
    private const int Boxes = 1;

    private readonly ContentBuffer _content = new(options.MaxImageBytes);
    private readonly EntryWalk _walk = new(files, new ExpansionBudget(options));
    private readonly List<Box> _boxes = [];
    private bool _indexed;
    private AnnotatedImage _image;
    private IEnumerator<MissingImage>? _missing;

    /// <summary>What every format of images with boxes yields.</summary>
    public static Schema BoxSchema => new()
    {
        Columns = { new Column { Name = "image", Type = ColumnType.Image }, new Column { Name = "boxes", Type = ColumnType.Boxes } },
    };

    public override string Source => _missing?.Current.Source ?? _walk.Source;

    public override async ValueTask<bool> MoveNextAsync(CancellationToken cancel)
    {
        if (!_indexed)
        {
            await IndexAsync(cancel);
        }

        while (_missing is null && await _walk.MoveNextAsync(cancel))
        {
            Total = _walk.Count;
            if (annotations.Find(_walk) is { } image && (onlySplit is null || image.Split == onlySplit))
            {
                (_image, Split, File) = (image, image.Split, _walk.File);
                return true;
            }
        }

        return MoveToMissing();
    }

    public override async ValueTask<string?> ReadAsync(CancellationToken cancel)
    {
        if ((_missing?.Current.Problem ?? _image.Problem) is { } known)
        {
            return known;
        }

        if (_walk.Kind != EntryKind.File)
        {
            return _walk.Kind == EntryKind.Link ? "is a link" : "is not a regular file";
        }

        _content.Clear();
        Row.Clear();
        if (await _walk.ReadAsync(_content, cancel) is { } problem)
        {
            return problem;
        }

        if (_content.Overflown)
        {
            return ImageCheck.TooLarge(options);
        }

        _boxes.Clear();
        problem = ImageCheck.Take(_content.Memory, Row, Image, options) ?? annotations.Take(_image, Row.Image(Image), _boxes);
        Row.SetList(Boxes, _boxes);
        return problem;
    }

    public override ValueTask DisposeAsync() => _walk.DisposeAsync();

    private async Task IndexAsync(CancellationToken cancel)
    {
        await using var walk = new EntryWalk(files, new ExpansionBudget(options));
        while (await walk.MoveNextAsync(cancel))
        {
            if (walk.Kind == EntryKind.File)
            {
                await annotations.AddAsync(walk, cancel);
            }
        }

        annotations.Complete();
        _indexed = true;
    }

    private bool MoveToMissing()
    {
        _missing ??= annotations.Missing().GetEnumerator();
        while (_missing.MoveNext())
        {
            if (onlySplit is null || _missing.Current.Split == onlySplit)
            {
                (Split, File) = (_missing.Current.Split, _missing.Current.File);
                return true;
            }
        }

        return false;
    }
}
