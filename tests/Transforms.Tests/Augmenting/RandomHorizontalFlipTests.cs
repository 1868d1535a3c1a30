using Mesh.Transforms.Tests.Support;

namespace Mesh.Transforms.Tests.Augmenting;

public class RandomHorizontalFlipTests
{
    private static readonly FittedPipeline Flipping = Pipelines
        .Of(("decode-image", "{}"), ("label", "{}"), ("random-horizontal-flip", "{}"), ("normalize", """{"mean":[0.5],"std":[0.5]}"""))
        .Fit(null, RawRecord.Raw("a", Rgb, 2, 3, 3, "x"));

    private static byte[] Rgb => [.. Enumerable.Range(0, 18).Select(i => (byte)i)];

    [Fact]
    public void A_flipped_image_has_its_columns_the_other_way_round_in_every_plane()
    {
        var always = Pipelines.Of(("decode-image", "{}"), ("random-horizontal-flip", """{"probability":1}""")).Fit(null, RawRecord.Raw("a", Rgb, 2, 3, 3));
        Assert.Equal([6, 3, 0, 15, 12, 9, 7, 4, 1, 16, 13, 10, 8, 5, 2, 17, 14, 11], Augmented(always, 1, 0, 0));
        var never = Pipelines.Of(("decode-image", "{}"), ("random-horizontal-flip", """{"probability":0}""")).Fit(null, RawRecord.Raw("a", Rgb, 2, 3, 3));
        Assert.All(Enumerable.Range(0, 100), sample => Assert.Equal(never.Apply(RawRecord.Raw("a", Rgb, 2, 3, 3)), Augmented(never, 1, 0, sample)));
    }

    [Fact]
    public void What_happens_is_a_function_of_seed_epoch_and_sample()
    {
        var plain = Flipping.Apply(RawRecord.Raw("a", Rgb, 2, 3, 3, "x"));
        bool[] Draw(long seed, long epoch) => [.. Enumerable.Range(0, 2000).Select(sample => !Augmented(Flipping, seed, epoch, sample).SequenceEqual(plain))];
        var draws = Draw(7, 3);
        Assert.Equal(draws, Draw(7, 3));
        // Half of 2,000, give or take six standard deviations of 22.4; another seed or epoch agrees by chance alone.
        Assert.InRange(draws.Count(flipped => flipped), 866, 1134);
        foreach (var other in new[] { Draw(8, 3), Draw(7, 4) })
            Assert.InRange(draws.Zip(other).Count(pair => pair.First == pair.Second), 866, 1134);
    }

    [Fact]
    public void Only_the_image_changes_and_only_in_training()
    {
        var record = RawRecord.Raw("a", Rgb, 2, 3, 3, "x");
        Assert.False(Flipping.Augment.IsEmpty);
        Assert.Equal(Flipping.Row(record), Flipping.Row(record));
        using var rows = RowBatch.Rent(Flipping.Columns, 1);
        Flipping.ApplyRecord(record, rows[0]);
        for (var sample = 0; sample < 50; sample++)
            Flipping.Augment.Apply(rows[0], 1, 0, sample);
        Assert.Equal(0, BitConverter.ToInt64(rows.Column(1).Span));

        Assert.True(Flipping.Select("image").Augment.IsEmpty);
        Assert.Equal(Flipping.Batch().Scale.ToArray(), Flipping.Select("image").Batch().Scale.ToArray());
        Assert.True(Pipelines.Of(("decode-image", "{}")).Fit(null, record).Augment.IsEmpty);
    }

    [Fact]
    public void Statistics_are_of_images_as_they_are_stored()
    {
        (string, string)[] steps = [("decode-image", "{}"), ("label", "{}"), ("normalize", "{}")];
        (string, string)[] flipping = [("decode-image", "{}"), ("label", "{}"), ("random-horizontal-flip", "{}"), ("normalize", "{}")];
        var record = RawRecord.Raw("a", Rgb, 2, 3, 3, "x");
        var (plain, augmented) = (Pipelines.Of(steps).Fit(null, record), Pipelines.Of(flipping).Fit(null, record));
        Assert.Equal(plain.Batch().Offset.ToArray(), augmented.Batch().Offset.ToArray());
        Assert.Equal(plain.RecordStateDigest, augmented.RecordStateDigest);
    }

    private static byte[] Augmented(FittedPipeline pipeline, long seed, long epoch, long sample)
    {
        using var rows = RowBatch.Rent(pipeline.Columns, 1);
        pipeline.ApplyRecord(RawRecord.Raw("a", Rgb, 2, 3, 3, pipeline.Labels.FirstOrDefault()), rows[0]);
        pipeline.Augment.Apply(rows[0], seed, epoch, sample);
        return rows.Column(0).ToArray();
    }
}
