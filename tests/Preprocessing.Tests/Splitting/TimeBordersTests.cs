using CsCheck;
using Mesh.Preprocessing.Splitting;
using Mesh.Transforms.Records;
using Xunit;

namespace Mesh.Preprocessing.Tests.Splitting;

/// <summary>Borders in time against sorting, and the order of the keys.</summary>
public class TimeBordersTests
{
    private static readonly Gen<double> Share = Gen.OneOf(Gen.Const(0.0), Gen.Const(0.5), Gen.Const(0.1), Gen.Double[0, 0.5]);

    // Few different ones, so that there are ties; far apart and at the ends.
    private static readonly Gen<ulong> Moment = Gen.OneOf(
        Gen.ULong, Gen.ULong[0, 5], Gen.ULong[65_530, 65_540], Gen.ULong[ulong.MaxValue - 2, ulong.MaxValue], Gen.Const(1UL << 32));

    [Fact]
    public void Parts_are_those_that_sorting_gives() => Gen.Select(Moment.Array[0, 60], Share, Share).Sample((moments, test, validation) =>
    {
        var borders = TimeBorders.Find(() => moments, test, validation);
        var sorted = moments.Order().ToArray();
        var tested = (int)Math.Round(sorted.Length * (decimal)test);
        var validated = (int)Math.Round((sorted.Length - tested) * (decimal)validation);
        var (first, second) = (Nearest(sorted, sorted.Length - tested - validated), Nearest(sorted, sorted.Length - tested));
        Part[] expected = [.. Enumerable.Repeat(Part.Train, first), .. Enumerable.Repeat(Part.Validation, second - first), .. Enumerable.Repeat(Part.Test, sorted.Length - second)];
        Assert.Equal(expected, sorted.Select(moment => borders.PartOf(moment)));
    }, iter: 500);

    [Theory]
    [InlineData(100, 0.2, 0.25, 60, 20, 20)]
    [InlineData(10, 0.1, 0, 9, 0, 1)]
    [InlineData(10, 0, 0, 10, 0, 0)]
    public void Different_moments_are_cut_exactly(int count, double test, double validation, int train, int validated, int tested)
    {
        var moments = Enumerable.Range(0, count).Select(i => (ulong)i * 1_000_003).ToArray();
        var borders = TimeBorders.Find(() => moments, test, validation);
        var parts = moments.Select(moment => borders.PartOf(moment)).ToList();
        Assert.Equal((train, validated, tested), (parts.Count(p => p == Part.Train), parts.Count(p => p == Part.Validation), parts.Count(p => p == Part.Test)));
        Assert.Equal(parts, parts.Order());
    }

    [Fact]
    public void Keys_have_the_order_of_their_values()
    {
        Gen.Select(Gen.Long, Gen.Long).Sample((a, b) => Assert.Equal(a.CompareTo(b), Compare(RecordValue.OfInteger(a), RecordValue.OfInteger(b))));
        var number = Gen.OneOf(Gen.Double[-10, 10], Gen.Double, Gen.Const(0.0), Gen.Const(-0.0), Gen.Const(double.PositiveInfinity), Gen.Const(double.NegativeInfinity))
            .Where(n => !double.IsNaN(n));
        Gen.Select(number, number).Sample((a, b) => Assert.Equal(a.CompareTo(b), Compare(RecordValue.OfNumber(a), RecordValue.OfNumber(b))));
        var moment = Gen.DateTime.Select(m => DateTime.SpecifyKind(m, DateTimeKind.Utc));
        Gen.Select(moment, moment).Sample((a, b) => Assert.Equal(a.CompareTo(b), Compare(RecordValue.OfTimestamp(a), RecordValue.OfTimestamp(b))));

        static int Compare(in RecordValue a, in RecordValue b) => FactReader.Ordered(a).CompareTo(FactReader.Ordered(b));
    }

    // Where equal moments end or begin, the nearer of the two to the place that is wanted, the later when both are as near.
    private static int Nearest(ulong[] sorted, int wanted)
    {
        if (wanted == sorted.Length)
        {
            return wanted;
        }

        var (begin, end) = (Array.FindIndex(sorted, m => m == sorted[wanted]), Array.FindLastIndex(sorted, m => m == sorted[wanted]) + 1);
        return wanted - begin < end - wanted ? begin : end;
    }
}
