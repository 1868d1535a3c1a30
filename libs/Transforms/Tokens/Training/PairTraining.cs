using Mesh.Transforms.Tokens.Pieces;

namespace Mesh.Transforms.Tokens.Training;

/// <summary>
/// Learns tokens by joining pairs of neighbours, one after the other, until there are enough of them or no pair is frequent enough. Which pair is next
/// depends on the counts alone (<see cref="PairRank"/> says which it is of equals), so equal counts give equal tokens.
/// </summary>
internal static class PairTraining
{
    /// <summary>
    /// Byte-pair encoding: the most frequent pair (Sennrich, Haddow and Birch, "Neural Machine Translation of Rare Words with Subword Units", 2016).
    /// </summary>
    /// <param name="words">As the alphabet spells them, with how often each occurs.</param>
    /// <param name="alphabet">The first tokens.</param>
    /// <param name="size">Most tokens.</param>
    /// <param name="minimumCount">Of a pair.</param>
    public static TokenizerState BytePairs(IEnumerable<KeyValuePair<string, long>> words, Alphabet alphabet, int size, long minimumCount)
    {
        var (merges, known) = (new List<string>(), new HashSet<string>(StringComparer.Ordinal));
        var tokens = Join(alphabet.Table(words), alphabet.Names, size, minimumCount, static (_, pair) => pair.Count, scoresByFrequency: false, (left, right) =>
        {
            // A pair comes again when a second merge makes one of its tokens.
            if (known.Add($"{left} {right}"))
                merges.Add($"{left} {right}");
            return left + right;
        });
        return new(tokens, merges);
    }

    /// <summary>
    /// WordPiece: the pair that makes the texts most likely, by count(ab) / (count(a) · count(b)) (Schuster and Nakajima, "Japanese and Korean voice
    /// search", 2012, as Hugging Face's course states it).
    /// </summary>
    public static TokenizerState WordPieces(IEnumerable<KeyValuePair<string, long>> words, Alphabet alphabet, int size, long minimumCount) => new(
        Join(alphabet.Table(words), alphabet.Names, size, minimumCount, Likelihood, scoresByFrequency: true, static (left, right) => left + right[Pieces.WordPieces.Continuing.Length..]), []);

    // Counts are whole numbers that float64 holds, so pairs of the same ratio have the same score as long as the product is one too (2^53).
    private static double Likelihood(PairTable table, SymbolPair pair) =>
        pair.Count / ((double)table.FrequencyOf(pair.Left) * table.FrequencyOf(pair.Right));

    private static List<string> Join(
        PairTable table, IReadOnlyList<string> alphabet, int size, long minimumCount,
        Func<PairTable, SymbolPair, double> score, bool scoresByFrequency, Func<string, string, string> whole)
    {
        var tokens = new List<string>(alphabet);
        var places = tokens.Select((token, i) => (token, i)).ToDictionary(token => token.token, token => token.i, StringComparer.Ordinal);
        var queue = new PairQueue(tokens, pair => score(table, pair), minimumCount);
        var risen = new List<SymbolPair>(table.Pairs);
        while (true)
        {
            foreach (var pair in risen)
                queue.Rose(pair);
            risen.Clear();
            if (tokens.Count >= size || !queue.TryTake(out var next))
                return tokens;

            var token = whole(tokens[next.Left], tokens[next.Right]);
            if (token.Length > TokenizerState.MaximumTokenLength)
                continue;
            if (!places.TryGetValue(token, out var product))
            {
                product = tokens.Count;
                places.Add(token, product);
                tokens.Add(token);
            }

            table.Join(next, product, risen);
            if (scoresByFrequency)
            {
                // Both tokens stand alone less often now, so every other pair of theirs scores higher.
                risen.AddRange(table.PairsOf(next.Left));
                risen.AddRange(table.PairsOf(next.Right));
            }
        }
    }
}
