using System.Runtime.InteropServices;

namespace Mesh.Transforms.Tokens.Training;

/// <summary>Words as symbols, and the pairs of neighbours in them. Joining a pair costs the words it is in, not all of them.</summary>
internal sealed class PairTable
{
    /// <summary>A symbol that is part of no pair: a character that is not learned.</summary>
    public const int Nothing = -1;

    private readonly record struct Word(int Start, int Length, long Count);

    private readonly Dictionary<(int, int), SymbolPair> pairs = [];
    private readonly List<int> symbols = [];
    private readonly List<Word> words = [];
    private readonly List<long> frequencies = [];
    private readonly List<List<SymbolPair>> pairsOf = [];

    /// <summary>Every pair that there is or was.</summary>
    public IEnumerable<SymbolPair> Pairs => pairs.Values;

    /// <summary>How often a symbol stands in the words.</summary>
    public long FrequencyOf(int symbol) => frequencies[symbol];

    /// <summary>Pairs that a symbol is or was part of.</summary>
    public IReadOnlyList<SymbolPair> PairsOf(int symbol) => pairsOf[symbol];

    /// <param name="word">Its symbols.</param>
    /// <param name="count">How often the word occurs.</param>
    public void Add(ReadOnlySpan<int> word, long count)
    {
        words.Add(new(symbols.Count, word.Length, count));
        symbols.AddRange(word);
        foreach (var symbol in word)
            Count(symbol, count);
        for (var i = 1; i < word.Length; i++)
        {
            if (Find(word[i - 1], word[i]) is { } pair)
                Add(pair, words.Count - 1, count);
        }
    }

    /// <summary>Puts one symbol for the pair wherever it stands, from the left.</summary>
    /// <param name="pair">Its count is 0 then.</param>
    /// <param name="product">The symbol.</param>
    /// <param name="risen">Gets the pairs that may be more frequent than before; some twice.</param>
    public void Join(SymbolPair pair, int product, List<SymbolPair> risen)
    {
        int[] places = [.. pair.Words];
        pair.Words.Clear();
        var all = CollectionsMarshal.AsSpan(symbols);
        foreach (var place in places)
        {
            var (start, length, count) = words[place];
            var word = all.Slice(start, length);
            if (!Contains(word, pair))
                continue;
            for (var i = 1; i < length; i++)
            {
                if (Find(word[i - 1], word[i]) is { } old)
                    old.Count -= count;
            }

            length = Replace(word, pair, product, out var replaced);
            Count(pair.Left, -replaced * count);
            Count(pair.Right, -replaced * count);
            Count(product, replaced * count);
            words[place] = new(start, length, count);
            for (var i = 1; i < length; i++)
            {
                if (Find(word[i - 1], word[i]) is not { } now)
                    continue;
                if (word[i - 1] == product || word[i] == product)
                {
                    Add(now, place, count);
                    risen.Add(now);
                }
                else
                {
                    now.Count += count;
                }
            }
        }
    }

    private static bool Contains(ReadOnlySpan<int> word, SymbolPair pair)
    {
        for (var i = 1; i < word.Length; i++)
        {
            if (word[i - 1] == pair.Left && word[i] == pair.Right)
                return true;
        }

        return false;
    }

    private static int Replace(Span<int> word, SymbolPair pair, int product, out int replaced)
    {
        var to = replaced = 0;
        for (var from = 0; from < word.Length; from++)
        {
            var joins = from + 1 < word.Length && word[from] == pair.Left && word[from + 1] == pair.Right;
            word[to++] = joins ? product : word[from];
            if (joins)
            {
                from++;
                replaced++;
            }
        }

        return to;
    }

    private static void Add(SymbolPair pair, int word, long count)
    {
        pair.Count += count;
        if (pair.Words.Count == 0 || pair.Words[^1] != word)
            pair.Words.Add(word);
    }

    private void Count(int symbol, long count)
    {
        if (symbol == Nothing)
            return;
        while (frequencies.Count <= symbol)
        {
            frequencies.Add(0);
            pairsOf.Add([]);
        }

        frequencies[symbol] += count;
    }

    private SymbolPair? Find(int left, int right)
    {
        if (left == Nothing || right == Nothing)
            return null;
        ref var pair = ref CollectionsMarshal.GetValueRefOrAddDefault(pairs, (left, right), out var exists);
        if (exists)
            return pair;
        pair = new(left, right);
        pairsOf[left].Add(pair);
        if (right != left)
            pairsOf[right].Add(pair);
        return pair;
    }
}
