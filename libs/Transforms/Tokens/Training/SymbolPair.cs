namespace Mesh.Transforms.Tokens.Training;

/// <summary>Two symbols that stand side by side somewhere in the words.</summary>
internal sealed class SymbolPair(int left, int right)
{
    public int Left => left;

    public int Right => right;

    /// <summary>How often they do, over all occurrences of all words.</summary>
    public long Count { get; set; }

    /// <summary>Words in which they do; some where they do no more, and some twice.</summary>
    public List<int> Words { get; } = [];

    /// <summary>What the queue knows it by; null when it is not waiting.</summary>
    public PairRank? Rank { get; set; }
}
