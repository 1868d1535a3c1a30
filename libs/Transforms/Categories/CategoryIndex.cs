using Mesh.Specs;
using Mesh.Transforms.Json;
using Mesh.Transforms.Records;
using Mesh.Transforms.Scalars;

namespace Mesh.Transforms.Categories;

/// <summary>Value → its place in a list. Looks values up as they are, not as texts, and allocates nothing.</summary>
internal sealed class CategoryIndex
{
    private readonly Dictionary<string, int>? texts;
    private readonly Dictionary<long, int> bits = [];

    private CategoryIndex(ColumnKind kind, int count)
    {
        if (kind == ColumnKind.Text)
            texts = new(count, StringComparer.Ordinal);
    }

    public int Count => texts?.Count ?? bits.Count;

    /// <summary>A list as people write it: any way of writing a value will do.</summary>
    /// <returns>What is wrong, fit to follow "must"; null when nothing is.</returns>
    public static string? TryMake(IReadOnlyList<string> names, ColumnKind kind, out CategoryIndex index)
    {
        index = new(kind, names.Count);
        foreach (var name in names)
        {
            if (!ScalarText.TryParse(name, kind, out var value))
                return $"have categories of its kind, and '{SpecViolation.Shorten(name)}' is none";
            if (!index.TryAdd(value))
                return $"have different categories, and '{SpecViolation.Shorten(name)}' is there twice";
        }

        return null;
    }

    /// <summary>A list that was learned, each value in its one form.</summary>
    /// <param name="fields">What a fit came to.</param>
    /// <param name="name">The field.</param>
    /// <param name="kind">Of the column.</param>
    /// <param name="maximum">Most values.</param>
    /// <exception cref="PipelineSpecException">It is not such a list.</exception>
    public static CategoryIndex Read(JsonFields fields, string name, ColumnKind kind, int maximum)
    {
        var names = fields.Texts(name, CategoryCounts.MaximumLength);
        if (names.Length == 0 || names.Length > maximum)
            throw fields.Wrong(name, $"must have 1 to {maximum} values");
        var index = new CategoryIndex(kind, names.Length);
        foreach (var text in names)
        {
            if (text.Length == 0 || !ScalarText.TryParseExact(text, kind, out var value) || !index.TryAdd(value))
                throw fields.Wrong(name, $"must have different values of kind {kind.Word}, each in its one form");
        }

        return index;
    }

    /// <returns>Its place; −1 when it is missing or not in the list.</returns>
    public int Find(in RecordValue value)
    {
        var place = -1;
        var found = value.IsMissing ? false : texts is not null ? texts.TryGetValue(value.Text, out place) : bits.TryGetValue(BitsOf(value), out place);
        return found ? place : -1;
    }

    private static long BitsOf(in RecordValue value) => value.Kind switch
    {
        ColumnKind.Integer => value.Integer,
        ColumnKind.Boolean => value.Boolean ? 1 : 0,
        ColumnKind.Timestamp => value.Timestamp.Ticks,
        // Zero has one form.
        _ => BitConverter.DoubleToInt64Bits(value.Number + 0.0),
    };

    private bool TryAdd(in RecordValue value) => texts is not null ? texts.TryAdd(value.Text, Count) : bits.TryAdd(BitsOf(value), Count);
}
