using Mesh.Transforms.Tests.Support;

namespace Mesh.Transforms.Tests.Batches;

public class NormalizeTests
{
    private static readonly (string, string)[] Standard = [("decode-image", "{}"), ("label", "{}"), ("normalize", "{}")];

    [Fact]
    public void The_sample_has_the_mean_and_deviation_that_python_finds()
    {
        // n = 7840000, Σx = 572651255, Σx² = 105407148269, summed in Python integers.
        var stage = Fit(FashionSample.Train()).Batch();
        const double mean = 0.2864402035814326, std = 0.3531506732372372;
        Assert.Equal((float)(1 / 255.0 / std), stage.Scale[0]);
        Assert.Equal((float)(-mean / std), stage.Offset[0]);
    }

    [Fact]
    public void The_full_set_has_its_published_mean_and_deviation()
    {
        Assert.SkipUnless(Directory.Exists(FashionSample.FullSet), "The Debian package dataset-fashion-mnist is not installed.");
        var stage = Fit(FashionSample.FullTrain()).Batch();
        var std = 1 / (255.0 * stage.Scale[0]);
        Assert.Equal(0.3530, std, 4);
        Assert.Equal(0.2860, -stage.Offset[0] * std, 4);
    }

    [Fact]
    public void Channels_are_measured_apart_and_a_constant_one_keeps_its_scale()
    {
        // Red 0, 255: mean 0.5, deviation 0.5. Green always 51: mean 0.2. Blue 0, 51: mean 0.1, deviation 0.1.
        var fitted = Pipelines.Of(Standard).Fit(null, RawRecord.Raw("a", new byte[] { 0, 51, 0, 255, 51, 51 }, 1, 2, 3));
        var floats = new float[6];
        fitted.Batch().Apply([0, 255, 51, 51, 0, 51], 1, floats);
        float[] expected = [-1, 1, 0, 0, -1, 1];
        Assert.All(floats.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-6f));
    }

    [Fact]
    public void Given_numbers_are_used_for_every_channel()
    {
        var pipeline = Pipelines.Of(("decode-image", "{}"), ("normalize", """{"mean":[0.5],"std":[0.25]}"""));
        var floats = new float[3];
        pipeline.Fit(null, RawRecord.Raw("a", new byte[] { 1, 2, 3 }, 1, 1, 3)).Batch().Apply([0, 255, 51], 1, floats);
        float[] expected = [-2, 2, -1.2f];
        Assert.All(floats.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-6f));

        var two = Pipelines.Of(("decode-image", "{}"), ("normalize", """{"mean":[0.5,0.5],"std":[0.25,0.25]}"""));
        var e = Assert.Throws<TransformException>(() => two.Fit(null, RawRecord.Raw("a", new byte[3], 1, 1, 3)));
        Assert.Equal("mean has 2 numbers but the images have 3 channels", e.Reason);
    }

    private static FittedPipeline Fit(FashionSample sample) =>
        Pipelines.Of(Standard).Fit(FashionSample.ClassNames, [.. Enumerable.Range(0, sample.Count).Select(sample.Record)]);
}
