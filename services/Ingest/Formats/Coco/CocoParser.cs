using System.Text.Json;
using Mesh.Ingest.Formats.Boxes;

namespace Mesh.Ingest.Formats.Coco;

/// <summary>
/// Takes the tokens of one annotation file (cocodataset.org/#format-data, object detection): "images", "annotations" and
/// "categories", in any order. Everything else in it is passed over.
/// </summary>
/// <param name="file">Index of the file among the annotation files.</param>
internal sealed class CocoParser(int file, string source, CocoImages images, CocoLabels labels, BoxIndex boxes)
{
    private static readonly string[] Sections = ["images", "annotations", "categories"];
    private static readonly string[] Fields = ["id", "file_name", "width", "height", "image_id", "category_id", "name", "bbox"];

    private readonly Dictionary<long, int> _images = [];
    private readonly Dictionary<long, int> _categories = [];
    private readonly List<long> _annotations = [];
    private readonly int _firstImage = images.Count;
    private readonly double[] _box = new double[4];
    private CocoItem _item = new();
    private string? _section;
    private string? _field;
    private long _index;
    private bool _hasImages;

    public void Take(ref Utf8JsonReader token)
    {
        switch (token.CurrentDepth)
        {
            case 1:
                TakeSection(ref token);
                break;
            case 2 when _section is not null:
                TakeItem(token.TokenType);
                break;
            case 3 when _section is not null:
                TakeField(ref token);
                break;
            case 4 when _field == "bbox":
                TakeNumber(ref token);
                break;
        }
    }

    /// <summary>Checks what only the whole file shows.</summary>
    /// <exception cref="DatasetException">COCO_INVALID or COCO_ID_TWICE.</exception>
    public void End()
    {
        if (!_hasImages)
        {
            throw new DatasetException("COCO_INVALID", $"{source} is JSON without \"images\", and so no COCO annotations.");
        }

        _annotations.Sort();
        for (var i = 1; i < _annotations.Count; i++)
        {
            if (_annotations[i] == _annotations[i - 1])
            {
                throw new DatasetException("COCO_ID_TWICE", $"{source} has two annotations with the id {_annotations[i]}.");
            }
        }

        for (var i = _firstImage; i < images.Count; i++)
        {
            var image = images[i];
            if (image.Name is null)
            {
                throw new DatasetException("COCO_INVALID", $"{source}: annotation {boxes.Of(image.Boxes).First().Id} is of image {image.Id}, which the file does not list.");
            }
        }

        if (_categories.Where(c => !labels.IsNamed(c.Value)).Select(c => (long?)c.Key).FirstOrDefault() is { } unknown)
        {
            throw new DatasetException("COCO_INVALID", $"{source} has annotations of category {unknown}, which the file does not list.");
        }
    }

    private void TakeSection(ref Utf8JsonReader token)
    {
        if (token.TokenType == JsonTokenType.PropertyName)
        {
            (_section, _index) = (Known(ref token, Sections), -1);
            _hasImages |= _section == "images";
        }
        else if (_section is not null && token.TokenType is not (JsonTokenType.StartArray or JsonTokenType.EndArray))
        {
            throw new DatasetException("COCO_INVALID", $"{source}: \"{_section}\" is no list.");
        }
    }

    private void TakeItem(JsonTokenType type)
    {
        switch (type)
        {
            case JsonTokenType.StartObject:
                _index++;
                _item = new CocoItem();
                break;
            case JsonTokenType.EndObject:
                Add();
                break;
            default:
                _index++;
                throw Invalid("is no object");
        }
    }

    private void TakeField(ref Utf8JsonReader token)
    {
        if (token.TokenType == JsonTokenType.PropertyName)
        {
            _field = Known(ref token, Fields);
            return;
        }

        switch (_field)
        {
            case "id":
                _item.Id = Integer(ref token);
                break;
            case "image_id" when _section == "annotations":
                _item.Image = Integer(ref token);
                break;
            case "category_id" when _section == "annotations":
                _item.Category = Integer(ref token);
                break;
            case "width" when _section == "images" && token.TokenType != JsonTokenType.Null:
                _item.Width = Integer(ref token);
                break;
            case "height" when _section == "images" && token.TokenType != JsonTokenType.Null:
                _item.Height = Integer(ref token);
                break;
            case "file_name" when _section == "images":
            case "name" when _section == "categories":
                _item.Text = token.TokenType == JsonTokenType.String ? token.GetString() : throw Invalid($"has \"{_field}\", which is no text");
                break;
            case "bbox" when token.TokenType == JsonTokenType.StartArray:
                _item.Numbers = 0;
                break;
        }
    }

    // Anything but four numbers makes the count wrong.
    private void TakeNumber(ref Utf8JsonReader token)
    {
        if (token.TokenType == JsonTokenType.Number && token.TryGetDouble(out var number) && _item.Numbers is >= 0 and < 4)
        {
            _box[_item.Numbers++] = number;
        }
        else
        {
            _item.Numbers = int.MaxValue;
        }
    }

    private void Add()
    {
        var id = _item.Id ?? throw Invalid("has no id");
        switch (_section)
        {
            case "images":
                AddImage(id);
                break;
            case "categories":
                var label = LabelOf(id);
                if (labels.IsNamed(label))
                {
                    throw new DatasetException("COCO_ID_TWICE", $"{source} has two categories with the id {id}.");
                }

                if (labels.Name(label, _item.Text) is { } problem)
                {
                    throw Invalid(problem);
                }

                break;
            default:
                AddAnnotation(id);
                break;
        }
    }

    private void AddImage(long id)
    {
        var name = RelativeName(_item.Text ?? "");
        if (name.Length == 0)
        {
            throw Invalid("has no file_name");
        }

        var index = ImageOf(id);
        if (images[index].Name is not null)
        {
            throw new DatasetException("COCO_ID_TWICE", $"{source} has two images with the id {id}.");
        }

        (images[index].Width, images[index].Height) = (_item.Width, _item.Height);
        if (!images.TryName(index, name))
        {
            throw new DatasetException("COCO_ID_TWICE", $"{source} lists {Printable.Of(name)} twice.");
        }
    }

    private void AddAnnotation(long id)
    {
        var image = ImageOf(_item.Image ?? throw Invalid("has no image_id"));
        var label = LabelOf(_item.Category ?? throw Invalid("has no category_id"));
        var sound = _item.Numbers == 4 && BoxBounds.IsRectangle(_box[0], _box[1], _box[2], _box[3]);
        var box = sound ? new IndexedBox(_box[0], _box[1], _box[2], _box[3], id, label) : IndexedBox.Broken(id, label);
        images[image].Boxes = boxes.Add(images[image].Boxes, box, source);
        _annotations.Add(id);
    }

    private int ImageOf(long id)
    {
        if (!_images.TryGetValue(id, out var index))
        {
            boxes.CountImage(source);
            _images[id] = index = images.Add(file, id);
        }

        return index;
    }

    private int LabelOf(long category)
    {
        if (!_categories.TryGetValue(category, out var label))
        {
            _categories[category] = label = labels.Add(source);
        }

        return label;
    }

    private static string RelativeName(string name)
    {
        var rest = name.Replace('\\', '/').AsSpan();
        while (rest.StartsWith("./") || rest.StartsWith("../") || rest.StartsWith("/"))
        {
            rest = rest[(rest.IndexOf('/') + 1)..];
        }

        return rest.ToString();
    }

    private static string? Known(ref Utf8JsonReader token, string[] names)
    {
        foreach (var name in names)
        {
            if (token.ValueTextEquals(name))
            {
                return name;
            }
        }

        return null;
    }

    // Some writers have 640.0.
    private long Integer(ref Utf8JsonReader token) =>
        token.TokenType == JsonTokenType.Number && token.TryGetInt64(out var value) ? value
        : token.TokenType == JsonTokenType.Number && token.TryGetDouble(out var number) && number == Math.Truncate(number) && Math.Abs(number) < 1e15 ? (long)number
        : throw Invalid($"has \"{_field}\", which is no whole number");

    private DatasetException Invalid(string problem) => new("COCO_INVALID", $"{source}: {_section}[{_index}] {problem}.");

    /// <summary>What one object of a list has said so far.</summary>
    private struct CocoItem()
    {
        public long? Id;
        public long? Image;
        public long? Category;
        public string? Text;
        public long Width;
        public long Height;

        /// <summary>Of its bbox; negative when there is none.</summary>
        public int Numbers = -1;
    }
}
