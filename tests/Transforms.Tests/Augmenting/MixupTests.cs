using Mesh.Transforms.Augmenting;
using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Augmenting;

public class MixupTests
{
    private static readonly Augmented Uniform = Augmented.Of(3, 2, 2, Of("mixup", """{"alpha":1}"""));

    [Fact]
    public void Each_row_is_mixed_with_the_next_by_its_share()
    {
        var rows = Rows(5);
        var (mixed, shares) = Mix(Uniform, rows, [10, 11, 12, 13, 14]);
        for (var row = 0; row < 5; row++)
        {
            var partner = rows[MixStage.PartnerOf(row, 5)];
            Assert.Equal((row + 1) % 5, MixStage.PartnerOf(row, 5));
            Assert.Equal(rows[row].Zip(partner, (own, other) => (byte)Math.Floor(own * (double)shares[row] + other * (1 - (double)shares[row]) + 0.5)), mixed[row]);
        }
    }

    [Fact]
    public void One_row_is_its_own_partner() => Assert.Equal(Rows(1), Mix(Uniform, Rows(1), [3]).Mixed);

    [Fact]
    public void No_rows_are_no_work() => Assert.Empty(Mix(Uniform, [], []).Shares);

    [Fact]
    public void Shares_belong_to_samples_wherever_they_are()
    {
        long[] samples = [5, 900, 17, 3];
        var together = Mix(Uniform, Rows(4), samples).Shares;
        for (var i = 0; i < 4; i++)
            Assert.Equal(together[i], Assert.Single(Mix(Uniform, Rows(1), [samples[i]]).Shares));
        Assert.NotEqual(together, Mix(Uniform, Rows(4), samples, epoch: 1).Shares);
        Assert.NotEqual(together, Mix(Uniform, Rows(4), samples, seed: 2).Shares);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.2)]
    [InlineData(1)]
    [InlineData(4)]
    public void Shares_are_beta(double alpha)
    {
        var augmented = Augmented.Of(1, 1, 1, Of("mixup", FormattableString.Invariant($$"""{"alpha":{{alpha}}}""")));
        var shares = Mix(augmented, [.. Enumerable.Repeat(new byte[1], 20_000)], [.. Enumerable.Range(0, 20_000).Select(i => (long)i)]).Shares;
        Assert.All(shares, share => Assert.InRange(share, 0, 1));
        // Beta(α, α): variance 1 / 4(2α + 1), fourth central moment 3 / 16(2α + 1)(2α + 3).
        Moments.Are([.. shares.Select(share => (double)share)], 0.5, 1 / (4 * (2 * alpha + 1)), 3 / (16 * (2 * alpha + 1) * (2 * alpha + 3)));
    }

    [Fact]
    public void It_comes_after_what_is_done_to_each_row_and_is_apart_from_it()
    {
        var augmented = Augmented.Of(1, 1, 2, Of("random-horizontal-flip", """{"probability":1}"""), Of("mixup"));
        Assert.Equal([2, 1], augmented.Image([1, 2]));
        Assert.NotNull(augmented.Stage.Mix);
        Assert.False(Augmented.Of(1, 1, 2, Of("mixup")).Stage.IsEmpty);
        Assert.True(Augmented.Of(1, 1, 2).Stage.IsEmpty);
    }

    [Fact]
    public void It_is_the_last_and_the_only_one()
    {
        Assert.Equal("transforms[2].inputs[0] 'image' comes from mixup, which is the last of the augmentations; put cutout before it",
            Assert.Single(Pipeline.Validate(new([Of("decode-image"), Of("mixup"), Of("cutout", """{"size":2}""")]))).ToString());
        Assert.Equal("transforms[2].type mixup (transforms[1]) mixes the batch already",
            Assert.Single(Pipeline.Validate(new([Of("decode-image"), Of("mixup"), Of("mixup")]))).ToString());
    }

    private static byte[][] Rows(int count) => [.. Enumerable.Range(0, count).Select(row => Enumerable.Range(0, 12).Select(i => (byte)(row * 50 + i * 3)).ToArray())];

    private static (byte[][] Mixed, float[] Shares) Mix(Augmented augmented, byte[][] rows, long[] samples, long epoch = 0, long seed = 1)
    {
        var memory = rows.SelectMany(row => row).ToArray();
        var shares = new float[samples.Length];
        using var batch = RowBatch.Over(augmented.Columns, rows.Length, memory);
        augmented.Stage.Mix!.Apply(batch, samples, seed, epoch, shares);
        return ([.. memory.Chunk(augmented.Columns[0].RowBytes)], shares);
    }
}
