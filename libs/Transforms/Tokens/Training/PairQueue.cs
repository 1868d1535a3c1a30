namespace Mesh.Transforms.Tokens.Training;

/// <summary>
/// Gives the pair to join next. A pair that rose is told to it; one that fell is found out when its turn comes, so that most changes cost nothing.
/// </summary>
/// <param name="tokens">What symbols are written as; grows.</param>
/// <param name="score">Of a pair as it is now.</param>
/// <param name="minimumCount">Rarer pairs are never given.</param>
internal sealed class PairQueue(IReadOnlyList<string> tokens, Func<SymbolPair, double> score, long minimumCount)
{
    private readonly PriorityQueue<SymbolPair, PairRank> queue = new();

    /// <summary>The pair is new, or its rank may have risen.</summary>
    public void Rose(SymbolPair pair)
    {
        var rank = RankOf(pair);
        if (pair.Count >= minimumCount && (pair.Rank is not { } known || rank.CompareTo(known) < 0))
            Enqueue(pair, rank);
    }

    public bool TryTake(out SymbolPair pair)
    {
        while (queue.TryDequeue(out pair!, out var rank))
        {
            // Entries that the pair rose above are left behind in the queue.
            if (pair.Rank != rank)
                continue;
            pair.Rank = null;
            if (pair.Count < minimumCount)
                continue;
            var now = RankOf(pair);
            if (now == rank)
                return true;
            Enqueue(pair, now);
        }

        return false;
    }

    private void Enqueue(SymbolPair pair, PairRank rank)
    {
        pair.Rank = rank;
        queue.Enqueue(pair, rank);
    }

    private PairRank RankOf(SymbolPair pair) => new(score(pair), pair.Count, tokens[pair.Left], tokens[pair.Right]);
}
