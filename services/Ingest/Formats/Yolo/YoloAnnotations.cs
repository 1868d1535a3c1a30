using Mesh.Ingest.Formats.Archives;
using Mesh.Ingest.Formats.Boxes;
using Mesh.Ingest.Records;
using Mesh.Ingest.V1;
using Mesh.Ingest.Versions;

namespace Mesh.Ingest.Formats.Yolo;

/// <summary>
/// The annotations of YOLO label files. An image without one has no boxes. Shares are of the upright image, as trainers of YOLO
/// have it (ultralytics swaps the sides of photographs that EXIF says are turned).
/// </summary>
/// <param name="names">Of the classes; without them a class is called by its number.</param>
internal sealed class YoloAnnotations(LabelNames names, IngestOptions options) : ImageAnnotations
{
    private readonly YoloTexts _texts = new();
    private readonly BoxIndex _boxes = new(options);
    private readonly ContentBuffer _content = new(options.MaxRecordBytes);
    private string? _firstImage;

    public override async ValueTask AddAsync(EntryWalk entry, CancellationToken cancel)
    {
        if (!IsText(entry.Name) || YoloNames.IsList(entry.Name))
        {
            return;
        }

        _content.Clear();
        var text = new YoloText { Upload = entry.File, Name = entry.Name, Source = entry.Source, IsLabels = true };
        text.Problem = await entry.ReadAsync(_content, cancel);
        if (_content.Overflown)
        {
            text.Problem = $"has more than {options.MaxRecordBytes} bytes";
        }
        else if (text.Problem is null)
        {
            text.IsLabels = YoloLines.TryAdd(_content.Span, _boxes, ref text.Boxes, text.Source);
        }

        _boxes.CountImage(text.Source);
        _texts.Add(text);
    }

    public override AnnotatedImage? Find(EntryWalk entry)
    {
        if (IsText(entry.Name) || IsSettings(entry.Name) || entry.InArchive && EntryPlace.IsRemark(entry.Name))
        {
            return null;
        }

        var split = EntryPlace.Of(entry.Name).Split;
        var index = _texts.Find(entry.File, entry.Name);
        if (index < 0)
        {
            _firstImage ??= entry.Source;
            return new AnnotatedImage(index, split);
        }

        ref var text = ref _texts[index];
        text.Found = _texts.AnyFound = true;
        return new AnnotatedImage(index, split, text switch
        {
            { Problem: { } problem } => $"has a label file that {problem}",
            { IsLabels: false } => "has a text beside it that has no lines \"class x y width height\"",
            _ => null,
        });
    }

    /// <exception cref="DatasetException">YOLO_LABELS_UNMATCHED: a set without any of its boxes would look like one of empty images.</exception>
    public override IEnumerable<MissingImage> Missing()
    {
        // Other texts are lists of images and remarks.
        var missing = Enumerable.Range(0, _texts.Count).Select(index => _texts[index]).Where(text => !text.Found && text is { IsLabels: true, Boxes.First: > 0 });
        if (_firstImage is not null && !_texts.AnyFound && missing.FirstOrDefault() is { Source: { } first })
        {
            throw new DatasetException(
                "YOLO_LABELS_UNMATCHED",
                $"No label file is for one of the images: {Printable.Of(first)} should have the path of its image but for the extension, or \"labels\" where that has \"images\"; the first image is {Printable.Of(_firstImage)}.");
        }

        return missing.Select(text => new MissingImage(text.Upload, text.Source, EntryPlace.Of(text.Name).Split, "is a label file without an image"));
    }

    public override string? Take(AnnotatedImage image, in ImageCell size, List<Box> boxes)
    {
        if (image.Index < 0 || _texts[image.Index].Boxes.First == 0)
        {
            return null;
        }

        var frame = BoxFrame.Upright(size);
        foreach (var box in _boxes.Of(_texts[image.Index].Boxes))
        {
            if (Problem(box, frame, boxes) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private string? Problem(in IndexedBox box, in BoxFrame frame, List<Box> boxes)
    {
        if (double.IsNaN(box.X))
        {
            return $"has a label file whose line {box.Id} is not \"class x y width height\" with finite numbers and a size above 0";
        }

        var (width, height) = (box.Width * frame.Width, box.Height * frame.Height);
        var (x, y) = ((box.X * frame.Width) - (width / 2), (box.Y * frame.Height) - (height / 2));
        if (!frame.TryTake(x, y, width, height, out var taken))
        {
            return $"has a label file whose line {box.Id} reaches outside its {frame.Width} × {frame.Height} pixels; coordinates are shares of 0 to 1";
        }

        if (names.Known && box.Label >= names.Names.Count)
        {
            return $"has a label file whose line {box.Id} is of class {box.Label}; there are {names.Names.Count} class names, from 0 on";
        }

        if (boxes.Count == MaxBoxesPerImage)
        {
            return $"has more than {MaxBoxesPerImage} boxes";
        }

        taken.Label = names.Known ? names.Names[box.Label] : $"{box.Label}";
        boxes.Add(taken);
        return null;
    }

    private static bool IsText(string name) => name.EndsWith(".txt", StringComparison.OrdinalIgnoreCase);

    /// <summary>What trainers of YOLO leave beside the data.</summary>
    private static bool IsSettings(string name) =>
        YoloNames.IsList(name) || Path.GetExtension(name).ToLowerInvariant() is ".yaml" or ".yml" or ".data" or ".names" or ".cfg" or ".cache";
}
