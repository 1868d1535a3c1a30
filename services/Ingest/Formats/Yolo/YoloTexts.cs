using System.Runtime.InteropServices;
using Mesh.Ingest.Formats.Boxes;

namespace Mesh.Ingest.Formats.Yolo;

/// <summary>A label file.</summary>
internal struct YoloText
{
    /// <summary>Index of the upload.</summary>
    public int Upload;

    /// <summary>Within the upload.</summary>
    public string Name;

    /// <summary>With the upload, for messages.</summary>
    public string Source;
    public BoxChain Boxes;

    /// <summary>Too large, or not to be read: why its image is rejected.</summary>
    public string? Problem;

    /// <summary>Whether it has lines of boxes, or none at all; else it is some other text.</summary>
    public bool IsLabels;

    /// <summary>Whether an image was found for it.</summary>
    public bool Found;

    /// <summary>Index of the label file for the same image in another upload; −1 for none.</summary>
    public int Namesake;
}

/// <summary>
/// Every label file, by the image it is for: the one of the same path but for its extension, and but for a folder "labels"
/// where the image has "images".
/// </summary>
internal sealed class YoloTexts
{
    private const int None = -1;

    private readonly List<YoloText> _texts = [];
    private readonly Dictionary<string, int> _byImage = new(StringComparer.Ordinal);

    public int Count => _texts.Count;

    /// <summary>Whether an image was found for one of them.</summary>
    public bool AnyFound { get; set; }

    public ref YoloText this[int index] => ref CollectionsMarshal.AsSpan(_texts)[index];

    /// <exception cref="DatasetException">YOLO_LABELS_TWICE</exception>
    public void Add(YoloText text)
    {
        ref var first = ref CollectionsMarshal.GetValueRefOrAddDefault(_byImage, Key(text.Name), out var known);
        text.Namesake = known ? first : None;
        // Uploads come one after the other, so that another text of this one would be the newest.
        if (known && this[first].Upload == text.Upload)
        {
            throw new DatasetException("YOLO_LABELS_TWICE", $"{text.Source} is a second label file for the image of {Printable.Of(this[first].Name)}.");
        }

        first = _texts.Count;
        _texts.Add(text);
    }

    /// <summary>The label file of an image: that of the same upload, else the only one there is.</summary>
    /// <returns>Its index; −1 when there is none, or several in other uploads.</returns>
    public int Find(int upload, string image)
    {
        var first = _byImage.GetValueOrDefault(Key(image), None);
        for (var index = first; index != None; index = this[index].Namesake)
        {
            if (this[index].Upload == upload)
            {
                return index;
            }
        }

        return first != None && this[first].Namesake == None ? first : None;
    }

    /// <summary>"images/train/7.png" and "labels/train/7.txt" are both "train/7", as are both beside each other.</summary>
    private static string Key(string name)
    {
        var end = name.LastIndexOf('.') is var dot && dot > name.LastIndexOf('/') ? dot : name.Length;
        var parts = name[..end].Split('/');
        for (var i = parts.Length - 2; i >= 0; i--)
        {
            if (parts[i] is "images" or "labels")
            {
                return string.Join('/', parts.Where((_, at) => at != i));
            }
        }

        return name[..end];
    }
}
