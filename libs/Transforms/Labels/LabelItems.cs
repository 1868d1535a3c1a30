using Mesh.Transforms.Records;

namespace Mesh.Transforms.Labels;

/// <summary>The labels of a record one by one, for a foreach: those of a list, or the parts of a text between separators. Without white space around them; empty ones are left out.</summary>
internal ref struct LabelItems(in RecordValue value, string separator)
{
    private readonly ReadOnlySpan<string> list = value.Kind == ColumnKind.TextList ? value.Texts : default;
    private ReadOnlySpan<char> rest = value.Kind == ColumnKind.Text ? value.Text : default;
    private int next;

    public ReadOnlySpan<char> Current { get; private set; }

    public readonly LabelItems GetEnumerator() => this;

    public bool MoveNext()
    {
        while (next < list.Length || !rest.IsEmpty)
        {
            Current = (next < list.Length ? list[next++] : TakePart()).Trim();
            if (!Current.IsEmpty)
                return true;
        }

        return false;
    }

    private ReadOnlySpan<char> TakePart()
    {
        var end = rest.IndexOf(separator, StringComparison.Ordinal);
        var part = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + separator.Length)..];
        return part;
    }
}
