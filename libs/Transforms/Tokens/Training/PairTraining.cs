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
        var table = alphabet.Table(words);
        var tokens = new List<string>(alphabet.Names);
        var merges = Join(table, tokens, size, new(tokens, pair => pair.Count, minimumCount), (left, right) => left + right, (_, _) => { });
        // A pair comes again when a second merge makes one of its tokens.
        return new(tokens, [.. merges.Distinct()]);
    }

    /// <summary>
    /// WordPiece: the pair that makes the texts most likely, by count(ab) / (count(a) · count(b)) (Schuster and Nakajima, "Japanese and Korean voice
    /// search", 2012, as Hugging Face's course states it).
    /// </summary>
    public static TokenizerState WordPieces(IEnumerable<KeyValuePair<string, long>> words, Alphabet alphabet, int size, long minimumCount)
    {
        var table = alphabet.Table(words);
        var tokens = new List<string>(alphabet.Names);
        // float64 holds the counts and their products up to 2^53, so that pairs of the same ratio have the same score.
        var queue = new PairQueue(tokens, pair => pair.Count / ((double)table.FrequencyOf(pair.Left) * table.FrequencyOf(pair.Right)), minimumCount);
        Join(table, tokens, size, queue, (left, right) => left + right[Pieces.WordPieces.Continuing.Length..], (joined, risen) =>
        {
            // Both tokens stand alone less often now, so every other pair of theirs scores higher.
            risen.AddRange(table.PairsOf(joined.Left));
            risen.AddRange(table.PairsOf(joined.Right));
        });
        return new(tokens, []);
    }

    /// <summary>Joins pairs as the queue gives them.</summary>
    /// <returns>What was joined: two tokens and a space between them, each.</returns>
    private static List<string> Join(
        PairTable table, List<string> tokens, int size, PairQueue queue, Func<string, string, string> whole, Action<SymbolPair, List<SymbolPair>> alsoRisen)
    {
        var places = Enumerable.Range(0, tokens.Count).ToDictionary(place => tokens[place], StringComparer.Ordinal);
        var joined = new List<string>();
        var risen = new List<SymbolPair>(table.Pairs);
        while (true)
        {
            foreach (var pair in risen)
                queue.Rose(pair);
            risen.Clear();
            if (tokens.Count >= size || !queue.TryTake(out var next))
                return joined;

            var token = whole(tokens[next.Left], tokens[next.Right]);
            if (token.Length > TokenizerState.MaximumTokenLength)
                continue;
            if (!places.TryGetValue(token, out var product))
            {
                product = tokens.Count;
                places.Add(token, product);
                tokens.Add(token);
            }

            joined.Add($"{tokens[next.Left]} {tokens[next.Right]}");
            table.Join(next, product, risen);
            alsoRisen(next, risen);
        }
    }
}
