using CsCheck;
using Mesh.Transforms.Tests.Support;

namespace Mesh.Transforms.Tests.Fitting;

public class MergeTests
{
    private static readonly Pipeline Standard = Pipelines.Of(("decode-image", "{}"), ("label", "{}"), ("normalize", "{}"));

    [Fact]
    public void Any_split_in_any_order_gives_the_same_bytes()
    {
        var records = Gen.Select(Gen.Byte.Array[12], Gen.OneOf<string?>("a", "b", "c", null))
            .Select((pixels, label) => RawRecord.Raw("r", pixels, 2, 2, 3, label)).Array[1, 30];
        Gen.Select(records, Gen.Int[1, 6], Gen.Int).Sample((all, parts, seed) =>
        {
            var whole = Standard.NewFitter();
            foreach (var record in all)
                whole.Observe(record);

            var random = new Random(seed);
            var fitters = Enumerable.Range(0, parts).Select(_ => Standard.NewFitter()).ToList();
            foreach (var record in all)
                fitters[random.Next(parts)].Observe(record);
            while (fitters.Count > 1)
            {
                // Any two, one of them perhaps from another process.
                var more = fitters[random.Next(1, fitters.Count)];
                fitters.Remove(more);
                fitters[random.Next(fitters.Count)].Merge(random.Next(2) == 0 ? more : Standard.LoadFitter(more.Save(), Standard.Unfitted));
            }

            var merged = fitters[0];
            Assert.Equal(merged.Save(), Standard.LoadFitter(merged.Save(), Standard.Unfitted).Save());

            Assert.Equal(whole.Records, merged.Records);
            Assert.Equal(whole.Save(), merged.Save());
            Assert.Equal(whole.Complete().ToJson(), merged.Complete().ToJson());
        }, iter: 200, threads: 1);
    }

    [Fact]
    public void Images_of_different_shapes_are_refused_wherever_they_meet()
    {
        var (small, large) = (Standard.NewFitter(), Standard.NewFitter());
        small.Observe(RawRecord.Raw("small", new byte[4], 2, 2, 1));
        large.Observe(RawRecord.Raw("large", new byte[9], 3, 3, 1));
        Assert.Contains("1×2×2", Assert.Throws<TransformException>(() => large.Merge(small)).Message);

        var e = Assert.Throws<TransformException>(() => small.Observe(RawRecord.Raw("large", new byte[9], 3, 3, 1)));
        Assert.Equal("large", e.Record);
        Assert.Equal(1, small.Records);
        var applied = Assert.Throws<TransformException>(() => Standard.Finish(small.Complete()).Row(RawRecord.Raw("large", new byte[9], 3, 3, 1)));
        Assert.Equal("the image comes out as 1×3×3, not 1×2×2 (channels×height×width)", applied.Reason);
    }

    [Fact]
    public void A_refused_record_leaves_no_trace()
    {
        var fitter = Standard.NewFitter();
        fitter.Observe(RawRecord.Raw("good", new byte[] { 1, 2, 3, 4 }, 2, 2, 1, "a"));
        var before = fitter.Complete().ToJson();
        Assert.Throws<TransformException>(() => fitter.Observe(RawRecord.Encoded("broken", new byte[50], "b")));
        Assert.Throws<TransformException>(() => fitter.Observe(RawRecord.Raw("other", new byte[6], 2, 3, 1, "b")));
        Assert.Equal(1, fitter.Records);
        Assert.Equal(before, fitter.Complete().ToJson());
    }

    [Fact]
    public void Nothing_observed_cannot_be_completed()
    {
        var e = Assert.Throws<TransformException>(() => Standard.NewFitter().Complete());
        Assert.Contains("there are no records", e.Message);
    }

    [Fact]
    public void A_fit_of_another_pipeline_is_refused()
    {
        var other = Pipelines.Of(("decode-image", """{"background":1}"""), ("label", "{}"), ("normalize", "{}"));
        Assert.Throws<ArgumentException>(() => other.NewFitter().Merge(Standard.NewFitter()));
    }
}
