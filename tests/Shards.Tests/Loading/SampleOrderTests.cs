using CsCheck;
using Mesh.Shards.Loading;

namespace Mesh.Shards.Tests.Loading;

public sealed class SampleOrderTests
{
    private static readonly Gen<(int Samples, int BatchSize, long Seed, int Epoch)> Any =
        Gen.Select(Gen.Int[1, 500], Gen.Int[1, 80], Gen.Long, Gen.Int[0, 100]);

    private static int[] All(SampleOrder order) => [.. Enumerable.Range(0, order.Batches).SelectMany(b => order.Batch(b).ToArray())];

    [Fact]
    public void An_epoch_is_a_permutation_and_a_pure_function() => Any.Sample(c =>
    {
        var order = All(SampleOrder.Shuffled(c.Samples, c.BatchSize, c.Seed, c.Epoch));
        Assert.Equal(Enumerable.Range(0, c.Samples), order.Order());
        Assert.Equal(order, All(SampleOrder.Shuffled(c.Samples, c.BatchSize, c.Seed, c.Epoch)));
    }, iter: 300);

    [Fact]
    public void The_parts_of_all_ranks_are_the_batch_for_any_number_of_ranks() => Gen.Select(Any, Gen.Int[1, 9]).Sample((c, world) =>
    {
        var order = SampleOrder.Shuffled(c.Samples, c.BatchSize, c.Seed, c.Epoch);
        for (var b = 0; b < order.Batches; b++)
        {
            var parts = Enumerable.Range(0, world).Select(rank => order.Batch(b, rank, world).ToArray()).ToArray();
            Assert.Equal(order.Batch(b).ToArray(), parts.SelectMany(p => p));
            Assert.InRange(parts.Max(p => p.Length) - parts.Min(p => p.Length), 0, 1);
        }
    }, iter: 300);

    [Fact]
    public void Batches_are_as_large_as_asked_or_one_less_and_never_more() => Any.Sample(c =>
    {
        var order = SampleOrder.Sequential(c.Samples, c.BatchSize);
        var sizes = Enumerable.Range(0, order.Batches).Select(b => order.Batch(b).Length).ToArray();
        Assert.Equal((c.Samples + c.BatchSize - 1) / c.BatchSize, sizes.Length);
        Assert.InRange(sizes.Max(), 1, c.BatchSize);
        Assert.InRange(sizes.Max() - sizes.Min(), 0, 1);
        Assert.Equal(Enumerable.Range(0, c.Samples), All(order));
    }, iter: 300);

    [Fact]
    public void No_part_is_larger_than_the_largest() => Gen.Select(Any, Gen.Int[1, 9]).Sample((c, world) =>
    {
        var order = SampleOrder.Sequential(c.Samples, c.BatchSize);
        var largest = Enumerable.Range(0, order.Batches).Max(b => Enumerable.Range(0, world).Max(rank => order.Batch(b, rank, world).Length));
        Assert.Equal(largest, order.LargestPart(world));
    }, iter: 300);

    [Fact]
    public void Epochs_and_seeds_differ_and_every_place_is_as_likely()
    {
        Assert.NotEqual(All(SampleOrder.Shuffled(100, 10, 1, 0)), All(SampleOrder.Shuffled(100, 10, 1, 1)));
        Assert.NotEqual(All(SampleOrder.Shuffled(100, 10, 1, 0)), All(SampleOrder.Shuffled(100, 10, 2, 0)));

        // Where sample 0 lands in 8,000 permutations of 8: 1,000 ± 6 standard deviations (√(8000·7/64) ≈ 29.6) each.
        var places = new int[8];
        for (var epoch = 0; epoch < 8000; epoch++) places[Array.IndexOf(All(SampleOrder.Shuffled(8, 8, 42, epoch)), 0)]++;
        Assert.All(places, n => Assert.InRange(n, 820, 1180));
    }

    [Fact]
    public void The_order_never_changes_between_versions()
    {
        // A resumed run must find the order that it began with.
        Assert.Equal("8 5 3 7 2 6 1 0 9 4", string.Join(' ', All(SampleOrder.Shuffled(10, 10, 7, 3))));
    }

    [Fact]
    public void An_epoch_of_nothing_has_no_batches_and_a_batch_of_nothing_is_refused()
    {
        Assert.Equal((0, 0), (SampleOrder.Shuffled(0, 8, 1, 0).Batches, SampleOrder.Sequential(0, 8).LargestPart()));
        Assert.Throws<ArgumentOutOfRangeException>(() => SampleOrder.Shuffled(8, 0, 1, 0));
    }

    [Fact]
    public void SplitMix64_gives_the_published_numbers()
    {
        // Reference: state 1234567 of Vigna's splitmix64.c; the constructor mixes seed and stream, so the generator is entered by its state.
        ulong state = 1234567;
        ulong[] expected = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821];
        Assert.Equal(expected, Enumerable.Range(0, 5).Select(_ => SeededRandom.Mix(state += 0x9e3779b97f4a7c15)));
    }
}
