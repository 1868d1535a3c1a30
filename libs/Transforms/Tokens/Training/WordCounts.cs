using System.IO.Hashing;
using System.Numerics;
using System.Runtime.InteropServices;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Tokens.Words;

namespace Mesh.Transforms.Tokens.Training;

/// <summary>
/// How often each word occurs, in bounded memory. Exact until the different words become too many: about a million of usual length. From then on it
/// counts a sample: half of all occurrences, a quarter and so on, until the words fit. Every occurrence has a level, n with probability 2^-(n+1), by a
/// hash of its text and its place in it; a sample is those of a level or higher. So which words are counted, and how often, depends on the texts alone,
/// not on their order or grouping, and common words are never lost.
/// </summary>
/// <param name="capacity">Memory of all words together, in about two bytes each.</param>
internal sealed class WordCounts(long capacity = WordCounts.StandardCapacity)
{
    /// <summary>About 150 MB.</summary>
    public const long StandardCapacity = 48 << 20;

    /// <summary>What a word needs besides its characters.</summary>
    private const int WordCost = 40;

    private const int MaximumLevel = 63;
    private const long MaximumCount = 1L << 48;

    // By word: how many occurrences are of the present level, of the one above and so on; the last is never 0.
    private readonly Dictionary<string, long[]> counts = new(StringComparer.Ordinal);
    private long cost;

    /// <summary>Occurrences of lower levels are not counted any more: each that is counted stands for 2^Level.</summary>
    public int Level { get; private set; }

    /// <summary>Different words.</summary>
    public int Count => counts.Count;

    /// <summary>Every word and how often it occurs, as far as the sample tells.</summary>
    public IEnumerable<KeyValuePair<string, long>> Words => counts.Select(word => KeyValuePair.Create(word.Key, word.Value.Sum() << Level));

    /// <param name="text">Well-formed.</param>
    /// <param name="splitter">Makes words of it.</param>
    /// <param name="maximumLength">Longer words are not counted.</param>
    public void Add(string text, IWordSplitter splitter, int maximumLength)
    {
        var seed = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text.AsSpan()));
        var known = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        var position = 0;
        for (var place = 1UL; splitter.Next(text, ref position, out var word); place++)
        {
            var level = LevelOf(seed, place);
            if (word.Length > maximumLength || level < Level)
                continue;
            ref var tally = ref CollectionsMarshal.GetValueRefOrAddDefault(known, word, out var exists);
            if (!exists)
                cost += WordCost + word.Length;
            if (level - Level >= (tally?.Length ?? 0))
                Array.Resize(ref tally, level - Level + 1);
            tally![level - Level]++;
            // The reference is of no use once something is removed.
            if (cost > capacity)
                Sample();
        }
    }

    public void Merge(WordCounts other)
    {
        while (Level < other.Level)
            RaiseLevel();
        foreach (var (word, more) in other.counts)
        {
            if (more.Length > Level - other.Level)
                Add(word, more.AsSpan(Level - other.Level));
        }

        Sample();
    }

    public void Save(FitWriter state)
    {
        state.Count(Level);
        state.Count(counts.Count);
        foreach (var (word, tally) in counts.OrderBy(word => word.Key, StringComparer.Ordinal))
        {
            state.Text(word);
            state.Count(tally.Length);
            foreach (var count in tally)
                state.Count(count);
        }
    }

    /// <param name="state">Anybody's bytes.</param>
    /// <param name="maximumLength">Of a word.</param>
    public void Load(FitReader state, int maximumLength)
    {
        Level = (int)state.Long(MaximumLevel);
        var count = state.Count(int.MaxValue);
        string? last = null;
        for (var i = 0; i < count; i++)
        {
            var word = state.Text(maximumLength);
            if (word.Length == 0 || string.CompareOrdinal(last, word) >= 0)
                throw state.Wrong("its words are not sorted");
            var tally = new long[state.Long(MaximumLevel + 1 - Level)];
            foreach (ref var number in tally.AsSpan())
                number = state.Long(MaximumCount >> Level);
            if (tally is [] or [.., 0])
                throw state.Wrong("a word does not occur");
            counts.Add(word, tally);
            cost += WordCost + word.Length;
            last = word;
        }

        if (cost > capacity)
            throw state.Wrong("it has more words than fit");
    }

    private static int LevelOf(ulong seed, ulong place)
    {
        // The finalizer of SplitMix64: neighbours become independent.
        var mixed = seed + place * 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return Math.Min(BitOperations.TrailingZeroCount(mixed ^ (mixed >> 31)), MaximumLevel);
    }

    private void Add(string word, ReadOnlySpan<long> more)
    {
        ref var tally = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, word, out var exists);
        if (!exists)
            cost += WordCost + word.Length;
        if (more.Length > (tally?.Length ?? 0))
            Array.Resize(ref tally, more.Length);
        for (var i = 0; i < more.Length; i++)
            tally![i] += more[i];
    }

    private void Sample()
    {
        while (cost > capacity && Level < MaximumLevel)
            RaiseLevel();
    }

    private void RaiseLevel()
    {
        Level++;
        foreach (var (word, tally) in counts)
        {
            if (tally.Length > 1)
            {
                counts[word] = tally[1..];
                continue;
            }

            counts.Remove(word);
            cost -= WordCost + word.Length;
        }
    }
}
