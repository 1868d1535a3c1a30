using Mesh.Specs;
using Mesh.Transforms.Categories;
using Mesh.Transforms.Json;
using Mesh.Transforms.Records;
using Mesh.Transforms.Scalars;

namespace Mesh.Transforms.Ids;

/// <summary>
/// The ids of a recommender's users or items, and their indices: the id at place i has index i + 1; 0 is an id that nobody knew in training. Immutable;
/// safe on any number of threads.
/// </summary>
public sealed class IdList
{
    /// <summary>Most ids in a list.</summary>
    internal const int Maximum = 4_000_000;

    private const string Field = "ids";

    // Read when somebody asks: most who look at a pipeline do not.
    private readonly Lazy<string[]> ids;

    internal IdList(JsonFields fitted, ColumnKind kind)
    {
        Kind = kind;
        Count = fitted.Array(Field).Count;
        ids = new(() => Read(fitted, kind));
    }

    /// <summary>What the ids are in the data: text, integer, number, boolean or timestamp.</summary>
    public ColumnKind Kind { get; }

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>
    /// The id that has an index, as text: numbers in the fewest digits, moments as <c>2024-05-01T00:00:00.0000000Z</c>. Null for 0, which stands for none.
    /// Throws <see cref="ArgumentOutOfRangeException"/> for an index of no list entry.
    /// </summary>
    public string? this[long index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(index, Count);
            return index == 0 ? null : ids.Value[index - 1];
        }
    }

    /// <summary>As <see cref="Id"/> writes it.</summary>
    internal static System.Text.Json.Nodes.JsonObject Write(CategoryCounts counts) => new() { [Field] = PipelineJson.Names(counts.Sorted()) };

    /// <summary>Value → index − 1.</summary>
    /// <exception cref="PipelineSpecException">The list is not one that is learned.</exception>
    internal static CategoryIndex Index(JsonFields fitted, ColumnKind kind)
    {
        Read(fitted, kind);
        return CategoryIndex.Read(fitted, Field, kind, Maximum);
    }

    private static string[] Read(JsonFields fitted, ColumnKind kind)
    {
        var ids = fitted.Texts(Field, CategoryCounts.MaximumLength);
        for (var i = 0; i < ids.Length; i++)
        {
            if (!ScalarText.TryParseExact(ids[i], kind, out _) || (i > 0 && !ScalarText.IsBefore(ids[i - 1], ids[i], kind)))
                throw fitted.Wrong(Field, $"must be sorted values of kind {kind.Word}");
        }

        return ids;
    }
}
