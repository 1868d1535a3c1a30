using Mesh.Transforms.Fitting;

namespace Mesh.Transforms.Statistics;

/// <summary>The least and the greatest of numbers.</summary>
internal sealed class ValueRange : INumberStatistic<ValueRange>
{
    public long Count { get; private set; }

    /// <summary>Infinite when there are no numbers.</summary>
    public double Least { get; private set; } = double.PositiveInfinity;

    /// <summary>Infinite when there are no numbers.</summary>
    public double Greatest { get; private set; } = double.NegativeInfinity;

    public void Add(double value)
    {
        // So that zero has one form.
        value += 0.0;
        (Least, Greatest) = (Math.Min(Least, value), Math.Max(Greatest, value));
        Count++;
    }

    public void Merge(ValueRange other)
    {
        (Least, Greatest) = (Math.Min(Least, other.Least), Math.Max(Greatest, other.Greatest));
        Count += other.Count;
    }

    public void Save(FitWriter state)
    {
        state.Count(Count);
        if (Count == 0)
            return;
        state.Number(Least);
        state.Number(Greatest);
    }

    public void Load(FitReader state)
    {
        Count = state.Long(ExactSum.MaximumCount);
        if (Count == 0)
            return;
        (Least, Greatest) = (state.Number(), state.Number());
        if (!double.IsFinite(Least) || !double.IsFinite(Greatest) || Least > Greatest || (Count == 1 && Least < Greatest)
            || IsNegativeZero(Least) || IsNegativeZero(Greatest))
        {
            throw state.Wrong("it is no range of numbers");
        }
    }

    private static bool IsNegativeZero(double value) => value == 0 && double.IsNegative(value);
}
