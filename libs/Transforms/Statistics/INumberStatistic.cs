using Mesh.Transforms.Fitting;

namespace Mesh.Transforms.Statistics;

/// <summary>What is learned from the numbers of a column: the same for the same numbers, in whatever order and grouping they come.</summary>
internal interface INumberStatistic<TSelf>
    where TSelf : INumberStatistic<TSelf>
{
    /// <summary>How many numbers there were.</summary>
    long Count { get; }

    /// <param name="value">Finite.</param>
    void Add(double value);

    void Merge(TSelf other);

    /// <summary>Equal statistics give equal bytes.</summary>
    void Save(FitWriter state);

    /// <summary>Into an empty statistic, from anybody's bytes.</summary>
    void Load(FitReader state);
}
