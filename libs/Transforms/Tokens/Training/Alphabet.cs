using System.Text;
using Mesh.Transforms.Tokens.Pieces;

namespace Mesh.Transforms.Tokens.Training;

/// <summary>The symbols that words are made of before anything is joined: characters, or those that begin a word and those that go on with it.</summary>
internal sealed class Alphabet
{
    private const int Continues = 1 << 24;

    private readonly bool marksContinuing;
    private readonly Dictionary<int, int> places = [];

    private Alphabet(bool marksContinuing, IEnumerable<int> symbols)
    {
        this.marksContinuing = marksContinuing;
        foreach (var symbol in symbols.OrderBy(NameOf, StringComparer.Ordinal))
        {
            places.Add(symbol, Names.Count);
            Names.Add(NameOf(symbol));
        }
    }

    /// <summary>All bytes, as <see cref="ByteAlphabet"/> writes them.</summary>
    public static Alphabet Bytes { get; } = new(marksContinuing: false, ByteAlphabet.Sorted.Select(single => (int)single[0]));

    /// <summary>Sorted by code units; a symbol goes by its place.</summary>
    public List<string> Names { get; } = [];

    /// <summary>The most frequent characters of words.</summary>
    /// <param name="words">With how often each occurs.</param>
    /// <param name="marksContinuing">Whether a character is another symbol, with ## before it, where it does not begin a word.</param>
    /// <param name="size">Most symbols.</param>
    /// <param name="minimumCount">Rarer ones are left out.</param>
    public static Alphabet Of(IEnumerable<KeyValuePair<string, long>> words, bool marksContinuing, int size, long minimumCount)
    {
        var counts = new Dictionary<int, long>();
        foreach (var (word, count) in words)
        {
            foreach (var symbol in Symbols(word, marksContinuing))
                counts[symbol] = counts.GetValueOrDefault(symbol) + count;
        }

        return new(marksContinuing, counts
            .Where(symbol => symbol.Value >= minimumCount)
            .OrderByDescending(symbol => symbol.Value).ThenBy(symbol => NameOf(symbol.Key), StringComparer.Ordinal)
            .Take(size)
            .Select(symbol => symbol.Key));
    }

    /// <summary>Words as places of symbols, ready to be joined.</summary>
    public PairTable Table(IEnumerable<KeyValuePair<string, long>> words)
    {
        var table = new PairTable();
        var symbols = new List<int>();
        foreach (var (word, count) in words)
        {
            symbols.Clear();
            symbols.AddRange(Symbols(word, marksContinuing).Select(symbol => places.GetValueOrDefault(symbol, PairTable.Nothing)));
            table.Add(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(symbols), count);
        }

        return table;
    }

    private static IEnumerable<int> Symbols(string word, bool marksContinuing)
    {
        var mark = 0;
        foreach (var rune in word.EnumerateRunes())
        {
            yield return rune.Value | mark;
            mark = marksContinuing ? Continues : 0;
        }
    }

    private static string NameOf(int symbol) =>
        symbol >= Continues ? WordPieces.Continuing + new Rune(symbol - Continues) : new Rune(symbol).ToString();
}
