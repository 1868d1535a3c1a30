using CsCheck;
using Mesh.Jobs.Workers;
using Mesh.Preprocessing.Splitting;
using Mesh.Preprocessing.V1;
using Xunit;

namespace Mesh.Preprocessing.Tests.Splitting;

/// <summary>Shares of each class, whatever the mix and the order of the records.</summary>
public class ClassDrawsTests
{
    private static readonly Gen<double> Share = Gen.OneOf(OneOf(0, 0.1, 0.2, 0.25, 1.0 / 3, 0.5, 0.001), Gen.Double[0, 0.5]);

    private static readonly Gen<SplitSpec> Spec =
        Gen.Select(Share, Share, Gen.Long, (validation, test, seed) => new SplitSpec { ValidationFraction = validation, TestFraction = test, Seed = seed });

    private static readonly Gen<string[]> Labels = OneOf("", "a", "b", "ü").Array[0, 3000];

    [Fact]
    public void Each_class_gives_its_share_to_within_one_record() => Gen.Select(Spec, Labels).Sample((spec, labels) =>
    {
        foreach (var parts in labels.Zip(Draw(spec, labels)).GroupBy(r => r.First, r => r.Second).Select(g => g.ToList()))
        {
            var test = parts.Count(p => p == Part.Test);
            Assert.True(Math.Abs(test - (parts.Count * spec.TestFraction)) < 1 + 1e-9, $"{test} of {parts.Count}");
            var rest = parts.Count - test;
            var validation = parts.Count(p => p == Part.Validation);
            Assert.True(Math.Abs(validation - (rest * spec.ValidationFraction)) < 1 + 1e-9, $"{validation} of {rest}");
        }
    }, iter: 200);

    [Fact]
    public void A_class_is_drawn_as_if_it_were_alone() => Gen.Select(Spec, Labels).Sample((spec, labels) =>
    {
        var mixed = Draw(spec, labels);
        foreach (var label in labels.Distinct())
        {
            var alone = labels.Where(l => l == label).ToArray();
            Assert.Equal(Draw(spec, alone), mixed.Where((_, i) => labels[i] == label));
        }
    }, iter: 50);

    [Fact]
    public void The_seed_decides() => Gen.Select(Gen.Long, Gen.Long).Where((a, b) => a != b).Sample((a, b) =>
    {
        var labels = Enumerable.Repeat("a", 1000).ToArray();
        var first = new SplitSpec { ValidationFraction = 0.2, TestFraction = 0.2, Seed = a };
        Assert.Equal(Draw(first, labels), Draw(first.Clone(), labels));
        Assert.NotEqual(Draw(first, labels), Draw(new SplitSpec { ValidationFraction = 0.2, TestFraction = 0.2, Seed = b }, labels));
    }, iter: 50);

    [Fact]
    public void More_records_leave_the_first_ones_where_they_were() => Gen.Select(Spec, Labels).Sample((spec, labels) =>
        Assert.Equal(Draw(spec, labels)[..(labels.Length / 2)], Draw(spec, labels[..(labels.Length / 2)])), iter: 50);

    [Theory]
    [InlineData(1000, 250, 150, 600)]
    [InlineData(100, 25, 15, 60)]
    [InlineData(20, 5, 3, 12)]
    public void Shares_that_come_out_even_are_exact(int records, int test, int validation, int train)
    {
        var parts = Draw(new SplitSpec { ValidationFraction = 0.2, TestFraction = 0.25, Seed = 3 }, [.. Enumerable.Repeat("a", records)]);
        Assert.Equal((test, validation, train), (parts.Count(p => p == Part.Test), parts.Count(p => p == Part.Validation), parts.Count(p => p == Part.Train)));
    }

    [Fact]
    public void Without_shares_everything_is_for_training()
    {
        var draws = new ClassDraws(1, test: 0, validation: 0);
        Assert.All(Enumerable.Range(0, 100), _ => Assert.Equal(Part.Train, draws.Next(7)));
    }

    [Fact]
    public void More_classes_than_labels_can_have_are_refused()
    {
        var draws = new ClassDraws(1, test: 0.1, validation: 0.1);
        for (var i = 0; i < 65_536; i++)
        {
            draws.Next((UInt128)i);
        }

        draws.Next(0);
        Assert.Equal("TOO_MANY_CLASSES", Assert.Throws<JobFailure>(() => draws.Next(65_536)).Reason);
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static List<Part> Draw(SplitSpec spec, string[] labels)
    {
        var draws = new ClassDraws(spec.Seed, spec.TestFraction, spec.ValidationFraction);
        return [.. labels.Select(label => draws.Next(label.Length == 0 ? 0 : (UInt128)label[0]))];
    }
}
