using System.Runtime.InteropServices;
using Mesh.Specs;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Records;
using Mesh.Transforms.Scalars;
using Mesh.Transforms.Statistics;

namespace Mesh.Transforms.Categories;

/// <summary>How often each value of a column was seen, as texts of <see cref="ScalarText"/>. Bounded in number and length.</summary>
/// <param name="kind">What the column holds.</param>
/// <param name="maximum">Most different values.</param>
internal sealed class CategoryCounts(ColumnKind kind, int maximum)
{
    /// <summary>Longest value, in characters.</summary>
    public const int MaximumLength = 256;

    // Of all values together, so that what is learned can be kept as JSON. A string of n characters takes about 2n + 60 bytes here.
    private const long MaximumCharacters = 64 << 20;

    private readonly Dictionary<string, long> counts = new(StringComparer.Ordinal);
    private long characters;

    public int Distinct => counts.Count;

    /// <summary>What is wrong when there are too many values; follows the column's name.</summary>
    public string TooMany => $"has more than {maximum} different values, or they have more than {MaximumCharacters} characters";

    /// <summary>Whether a value can be counted that is not yet known, besides this many others.</summary>
    public bool HasRoom(int length, int others = 0) => counts.Count + others < maximum && characters + length <= MaximumCharacters;

    public bool Contains(ReadOnlySpan<char> text) => counts.GetAlternateLookup<ReadOnlySpan<char>>().ContainsKey(text);

    /// <summary>There is room for it.</summary>
    public void Add(ReadOnlySpan<char> text)
    {
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(counts.GetAlternateLookup<ReadOnlySpan<char>>(), text, out var known);
        count++;
        if (!known)
            characters += text.Length;
    }

    /// <returns>Whether there is room for both.</returns>
    public bool Merge(CategoryCounts other)
    {
        foreach (var (text, more) in other.counts)
        {
            ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, text, out var known);
            count += more;
            if (known)
                continue;
            characters += text.Length;
            if (counts.Count > maximum || characters > MaximumCharacters)
                return false;
        }

        return true;
    }

    /// <summary>All values, by value.</summary>
    public string[] Sorted()
    {
        string[] texts = [.. counts.Keys];
        ScalarText.Sort(texts, kind);
        return texts;
    }

    /// <summary>The values seen most often, of equals the first; by value.</summary>
    public string[] MostFrequent(int number)
    {
        var sorted = Sorted();
        if (sorted.Length <= number)
            return sorted;
        var kept = Enumerable.Range(0, sorted.Length).OrderByDescending(i => counts[sorted[i]]).Take(number).Order();
        return [.. kept.Select(i => sorted[i])];
    }

    public void Save(FitWriter state)
    {
        state.Count(counts.Count);
        foreach (var text in Sorted())
        {
            state.Text(text);
            state.Count(counts[text]);
        }
    }

    public void Load(FitReader state)
    {
        var number = state.Count(maximum);
        string? before = null;
        for (var i = 0; i < number; i++)
        {
            var text = state.Text(MaximumLength);
            var count = state.Long(ExactSum.MaximumCount);
            if (text.Length == 0 || count == 0 || !ScalarText.TryParseExact(text, kind, out _) || (before is not null && !ScalarText.IsBefore(before, text, kind)))
                throw state.Wrong($"'{SpecViolation.Shorten(text)}' is no value, or not in its place");
            if (!HasRoom(text.Length))
                throw state.Wrong(TooMany);
            counts.Add(text, count);
            characters += text.Length;
            before = text;
        }
    }
}
