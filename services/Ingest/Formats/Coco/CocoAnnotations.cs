using Mesh.Ingest.Formats.Archives;
using Mesh.Ingest.Formats.Boxes;
using Mesh.Ingest.Records;
using Mesh.Ingest.V1;
using Mesh.Ingest.Versions;

namespace Mesh.Ingest.Formats.Coco;

/// <summary>
/// The annotations of COCO files. Ids that are there twice or lead nowhere fail the commit, because nothing tells then which
/// boxes belong where; a box that is no rectangle, or lies outside, rejects its image.
/// </summary>
internal sealed class CocoAnnotations(LabelNames labelNames, IngestOptions options) : ImageAnnotations
{
    private readonly CocoImages _images = new();
    private readonly CocoLabels _labels = new(options);
    private readonly BoxIndex _boxes = new(options);
    private readonly HashSet<(int Upload, string Name)> _files = [];
    private readonly HashSet<string> _allowed = [.. labelNames.Names];

    public override async ValueTask AddAsync(EntryWalk entry, CancellationToken cancel)
    {
        if (await CocoFiles.OpenAsync(entry, cancel) is not { } content)
        {
            return;
        }

        await using var opened = content;
        var file = new CocoFile(entry.File, entry.Name, entry.Source, SplitOf(entry.Name));
        var parser = new CocoParser(_images.Files.Count, file.Source, _images, _labels, _boxes);
        _images.Files.Add(file);
        _files.Add((file.Upload, file.Name));
        await JsonTokens.ReadAsync(content, file.Source, options.MaxRecordBytes, parser.Take, cancel);
        parser.End();
    }

    public override void Complete()
    {
        if (_files.Count == 0)
        {
            throw new DatasetException("COCO_INVALID", "There is no JSON file with COCO annotations, in UTF-8, among the files.");
        }
    }

    public override AnnotatedImage? Find(EntryWalk entry)
    {
        if (_files.Contains((entry.File, entry.Name)) || CocoFiles.IsRemark(entry))
        {
            return null;
        }

        var index = _images.Find(entry.File, entry.Name, out var others);
        if (index < 0)
        {
            var problem = others is var (first, second)
                ? $"is listed by both {FileOf(first).Source} and {FileOf(second).Source}"
                : "is listed by no annotation file";
            return new AnnotatedImage(index, EntryPlace.Of(entry.Name).Split, problem);
        }

        ref var image = ref _images[index];
        var split = Split(image, entry.Name);
        if (image.Found)
        {
            return new AnnotatedImage(index, split, $"is a second file for image {image.Id} of {FileOf(index).Source}");
        }

        image.Found = true;
        return new AnnotatedImage(index, split);
    }

    public override IEnumerable<MissingImage> Missing()
    {
        for (var index = 0; index < _images.Count; index++)
        {
            var image = _images[index];
            if (!image.Found)
            {
                var file = FileOf(index);
                yield return new MissingImage(
                    file.Upload, $"{file.Source}#{image.Id}", Split(image, image.Name!), $"is {Printable.Of(image.Name!)}, which is not among the files");
            }
        }
    }

    public override string? Take(AnnotatedImage image, in ImageCell size, List<Box> boxes)
    {
        var listed = _images[image.Index];
        if (FrameOf(listed, size) is not { } frame)
        {
            // The image was scaled: the boxes would lie elsewhere.
            return $"has {size.Width} × {size.Height} pixels, its annotations are for {listed.Width} × {listed.Height}";
        }

        foreach (var box in _boxes.Of(listed.Boxes))
        {
            if (Problem(box, frame, boxes) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    /// <summary>
    /// People draw boxes on the upright image, and most tools write its size; some write that of the stored one, and its boxes.
    /// Where the size does not tell, because it is not given or the same in both, the upright image is meant.
    /// </summary>
    private static BoxFrame? FrameOf(in CocoImage listed, in ImageCell size)
    {
        var (upright, stored) = (BoxFrame.Upright(size), BoxFrame.Stored(size));
        return listed.Width <= 0 || listed.Height <= 0 || upright.Has(listed.Width, listed.Height) ? upright
            : stored.Has(listed.Width, listed.Height) ? stored
            : null;
    }

    private string? Problem(in IndexedBox box, in BoxFrame frame, List<Box> boxes)
    {
        if (double.IsNaN(box.X))
        {
            return $"has annotation {box.Id}, whose bbox is not [x, y, width, height] with finite numbers and a size above 0";
        }

        if (!frame.TryTake(box.X, box.Y, box.Width, box.Height, out var taken))
        {
            return $"has annotation {box.Id}, whose bbox reaches outside its {frame.Width} × {frame.Height} pixels";
        }

        var label = _labels[box.Label];
        if (labelNames.Known && !_allowed.Contains(label))
        {
            return $"has annotation {box.Id} of \"{label}\", which is not one of the label names";
        }

        if (boxes.Count == MaxBoxesPerImage)
        {
            return $"has more than {MaxBoxesPerImage} annotations";
        }

        taken.Label = label;
        boxes.Add(taken);
        return null;
    }

    private CocoFile FileOf(int index) => _images.Files[_images[index].File];

    private string Split(in CocoImage image, string name) =>
        _images.Files[image.File].Split is var split && split != EntryPlace.NoSplit ? split : EntryPlace.Of(name).Split;

    /// <summary>The first word of the file's name that means a split ("instances_val2017.json"), else what its folders say.</summary>
    private static string SplitOf(string name)
    {
        var last = name[(name.LastIndexOf('/') + 1)..];
        var words = new string([.. last.Select(c => char.IsAsciiLetter(c) ? c : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Select(EntryPlace.SplitOf).FirstOrDefault(s => s is not null) ?? EntryPlace.Of(name).Split;
    }
}
