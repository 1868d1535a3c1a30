using Mesh.Ingest.Versions;

namespace Mesh.Ingest.Formats.Coco;

/// <summary>The category names of all annotation files, by index.</summary>
internal sealed class CocoLabels(IngestOptions options)
{
    private readonly List<string?> _names = [];

    public string this[int index] => _names[index]!;

    /// <summary>Whether the category was listed, and not only spoken of.</summary>
    public bool IsNamed(int index) => _names[index] is not null;

    /// <returns>Its index.</returns>
    /// <exception cref="DatasetException">TOO_MANY_LABELS</exception>
    public int Add(string source)
    {
        if (_names.Count == options.MaxLabels)
        {
            throw new DatasetException("TOO_MANY_LABELS", $"{source} brings more than {options.MaxLabels} categories.");
        }

        _names.Add(null);
        return _names.Count - 1;
    }

    /// <returns>What is wrong with the name; null when nothing is.</returns>
    public string? Name(int index, string? name)
    {
        _names[index] = name;
        return LabelNames.IsName(name) ? null : $"has no name of 1 to {LabelNames.MaxNameLength} characters without control characters";
    }
}
