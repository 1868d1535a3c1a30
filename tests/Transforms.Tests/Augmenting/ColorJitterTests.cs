using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Augmenting;

public class ColorJitterTests
{
    [Fact]
    public void Brightness_multiplies_by_a_uniform_factor()
    {
        var augmented = Augmented.Of(1, 1, 2, Of("color-jitter", """{"brightness":0.4,"contrast":0}"""));
        var drawn = Enumerable.Range(0, 20_000).Select(sample => augmented.Image([150, 0], sample)).ToArray();
        Assert.All(drawn, image => Assert.Equal(0, image[1]));
        Moments.AreUniform([.. drawn.Select(image => image[0] / 150.0)], 0.6, 1.4);
    }

    [Fact]
    public void Levels_stay_in_range_and_factors_above_zero()
    {
        var augmented = Augmented.Of(1, 1, 3, Of("color-jitter", """{"brightness":3,"contrast":3}"""));
        var drawn = Enumerable.Range(0, 1000).Select(sample => augmented.Image([0, 100, 255], sample)).ToArray();
        Assert.All(drawn, image => Assert.True(image[0] <= image[1] && image[1] <= image[2]));
        Assert.Contains(drawn, image => image[1] == 255);
    }

    [Fact]
    public void Contrast_draws_levels_from_the_mean_and_keeps_it()
    {
        var augmented = Augmented.Of(1, 1, 4, Of("color-jitter", """{"brightness":0,"contrast":0.5}"""));
        var drawn = Enumerable.Range(0, 5000).Select(sample => augmented.Image([90, 90, 110, 110], sample)).ToArray();
        // ±10 about 100 become ±5 … ±15, rounded to nearest.
        Assert.All(drawn, image => Assert.Equal(200, image[0] + image[2], 1.0));
        Moments.AreUniform([.. drawn.Select(image => (image[2] - image[0]) / 20.0)], 0.5, 1.5);
    }

    [Fact]
    public void Saturation_keeps_brightness_and_gray()
    {
        var augmented = Augmented.Of(3, 1, 2, Of("color-jitter", """{"brightness":0,"contrast":0,"saturation":1}"""));
        foreach (var image in Enumerable.Range(0, 500).Select(sample => augmented.Image([100, 60, 80, 60, 60, 60], sample)))
        {
            // 0.299 · 100 + 0.587 · 80 + 0.114 · 60 = 83.7, as a level 84; gray has no colour to draw.
            Assert.Equal((60, 60, 60), (image[1], image[3], image[5]));
            Assert.InRange(image[0], 84, 116);
            Assert.Equal((image[0] - 84) / 16.0, (84 - image[2]) / 4.0, 0.3);
            Assert.Equal((image[0] - 84) / 16.0, (84 - image[4]) / 24.0, 0.1);
        }
    }

    [Fact]
    public void Gray_images_have_no_saturation()
    {
        byte[] image = [1, 100, 200, 255];
        var augmented = Augmented.Of(1, 2, 2, Of("color-jitter", """{"brightness":0,"contrast":0,"saturation":1}"""));
        Assert.All(Enumerable.Range(0, 100), sample => Assert.Equal(image, augmented.Image(image, sample)));
    }

    [Fact]
    public void All_three_are_done_in_order()
    {
        // By hand from the factors that the same stream draws.
        var random = new Transforms.Augmenting.SampleRandom(1, 0, 7, 0);
        random.Unit();
        var (b, c, s) = (random.Between(0.5, 1.5), random.Between(0.5, 1.5), random.Between(0.5, 1.5));
        double[] level = [Level(40 * b), Level(120 * b), Level(200 * b)];
        var mean = Level(0.299 * level[0] + 0.587 * level[1] + 0.114 * level[2]);
        level = [.. level.Select(value => Level(mean + (value - mean) * c))];
        var gray = Level(0.299 * level[0] + 0.587 * level[1] + 0.114 * level[2]);
        level = [.. level.Select(value => Level(gray + (value - gray) * s))];
        Assert.Equal(level, Augmented.Of(3, 1, 1, Of("color-jitter", """{"brightness":0.5,"contrast":0.5,"saturation":0.5}"""))
            .Image([40, 120, 200], sample: 7).Select(value => (double)value));

        static double Level(double value) => Math.Floor(Math.Clamp(value, 0, 255) + 0.5);
    }
}
