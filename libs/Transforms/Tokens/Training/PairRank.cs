namespace Mesh.Transforms.Tokens.Training;

/// <summary>
/// The order in which pairs are joined: the highest score, of these the most frequent, of these by their left tokens and then by their right ones, in
/// the order of code units.
/// </summary>
internal readonly record struct PairRank(double Score, long Count, string Left, string Right) : IComparable<PairRank>
{
    public int CompareTo(PairRank other)
    {
        var order = other.Score.CompareTo(Score);
        if (order == 0)
            order = other.Count.CompareTo(Count);
        if (order == 0)
            order = string.CompareOrdinal(Left, other.Left);
        return order != 0 ? order : string.CompareOrdinal(Right, other.Right);
    }
}
