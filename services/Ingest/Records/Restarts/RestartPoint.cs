using Mesh.Ingest.Formats;

namespace Mesh.Ingest.Records.Restarts;

/// <summary>A place in a file, and what a reading from the file's start has passed there.</summary>
/// <param name="Candidates">Of each split, those before the place in this file. Splits that come later have none.</param>
internal readonly record struct RestartPoint(CursorPlace Place, long[] Candidates);

/// <summary>Where a file can be entered, in the order of its candidates.</summary>
/// <param name="Splits">Names of the splits, as <see cref="RestartPoint.Candidates"/> counts them.</param>
internal sealed record FileRestarts(IReadOnlyList<string> Splits, IReadOnlyList<RestartPoint> Points)
{
    /// <summary>The points from the last to the first, each with the candidates of a split before it.</summary>
    public IEnumerable<(CursorPlace Place, long Candidates)> Backwards(string split)
    {
        var index = Splits.ToList().IndexOf(split);
        foreach (var (place, candidates) in Points.Reverse())
        {
            yield return (place, index >= 0 && index < candidates.Length ? candidates[index] : 0);
        }
    }
}
