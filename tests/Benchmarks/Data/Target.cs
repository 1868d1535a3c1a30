using System.Globalization;

namespace Mesh.Benchmarks.Data;

/// <summary>A bound that a measured value keeps or misses.</summary>
internal sealed record Target(double Bound, bool IsLowerBound)
{
    public static Target AtLeast(double bound) => new(bound, IsLowerBound: true);

    public static Target AtMost(double bound) => new(bound, IsLowerBound: false);

    public bool IsMetBy(double value) => IsLowerBound ? value >= Bound : value <= Bound;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsLowerBound ? "at least" : "at most")} {Bound:g6}");
}
