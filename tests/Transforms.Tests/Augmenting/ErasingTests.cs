using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Augmenting;

public class ErasingTests
{
    [Fact]
    public void A_square_covers_its_size_in_all_channels_or_what_lies_in_the_image()
    {
        var augmented = Augmented.Of(3, 9, 9, Of("cutout", """{"size":3,"fill":7}"""));
        var seen = new HashSet<int>();
        for (var sample = 0; sample < 500; sample++)
        {
            var planes = augmented.Image(new byte[3 * 81], sample).Chunk(81).ToArray();
            Assert.All(planes, plane => Assert.Equal(planes[0], plane));
            var covered = Enumerable.Range(0, 81).Where(i => planes[0][i] == 7).ToArray();
            var (columns, rows) = (covered.Select(i => i % 9).Distinct().Count(), covered.Select(i => i / 9).Distinct().Count());
            // Two at an edge, where the centre is the outermost pixel.
            Assert.True(columns is 2 or 3 && rows is 2 or 3 && covered.Length == columns * rows);
            seen.Add(covered.Length);
        }

        Assert.Equal([4, 6, 9], seen.Order());
    }

    [Fact]
    public void Centres_are_uniform()
    {
        var augmented = Augmented.Of(1, 16, 20, Of("cutout", """{"size":4,"fill":1}"""));
        var images = Enumerable.Range(0, 20_000).Select(sample => augmented.Image(new byte[320], sample)).ToArray();
        // Sixteen of 320 centres cover a pixel that is far from the edges; a corner is covered by those with a square that reaches it.
        Moments.AreChances([.. images.Select(image => image[8 * 20 + 10] == 1)], 16 / 320.0);
        Moments.AreChances([.. images.Select(image => image[4 * 20 + 5] == 1)], 16 / 320.0);
        Moments.AreChances([.. images.Select(image => image[0] == 1)], 9 / 320.0);
    }

    [Fact]
    public void Several_squares_are_drawn_each_on_its_own()
    {
        var augmented = Augmented.Of(1, 20, 20, Of("cutout", """{"size":1,"count":3,"fill":1}"""));
        var counts = Enumerable.Range(0, 500).Select(sample => augmented.Image(new byte[400], sample).Sum(level => level)).ToArray();
        Assert.All(counts, count => Assert.InRange(count, 1, 3));
        Assert.True(counts.Count(count => count == 3) > 450);
    }

    [Fact]
    public void A_rectangle_is_erased_with_one_level()
    {
        const int side = 60;
        var augmented = Augmented.Of(3, side, side, Of("random-erasing", """{"value":"constant","fill":9,"probability":1,"min_area":0.1,"max_area":0.2,"min_aspect":0.5,"max_aspect":2}"""));
        for (var sample = 0; sample < 300; sample++)
        {
            var planes = augmented.Image(new byte[3 * side * side], sample).Chunk(side * side).ToArray();
            Assert.All(planes, plane => Assert.Equal(planes[0], plane));
            var covered = Enumerable.Range(0, side * side).Where(i => planes[0][i] == 9).ToArray();
            var (columns, rows) = (covered.Select(i => i % side).Distinct().Count(), covered.Select(i => i / side).Distinct().Count());
            Assert.Equal(columns * rows, covered.Length);
            Assert.InRange(covered.Length, 0.09 * side * side, 0.21 * side * side);
            Assert.InRange((double)columns / rows, 0.48, 2.1);
        }
    }

    [Fact]
    public void Noise_has_every_level_alike()
    {
        var augmented = Augmented.Of(3, 40, 40, Of("random-erasing", """{"probability":1,"min_area":1,"max_area":1,"min_aspect":1,"max_aspect":1}"""));
        var levels = Enumerable.Range(0, 10).SelectMany(sample => augmented.Image(new byte[3 * 1600], sample)).Select(level => (double)level).ToArray();
        Moments.Are(levels, 127.5, (256 * 256 - 1) / 12.0, Enumerable.Range(0, 256).Average(level => Math.Pow(level - 127.5, 4)));
        Assert.Equal(256, levels.Distinct().Count());
    }

    [Fact]
    public void Half_of_the_images_are_erased_by_default()
    {
        var augmented = Augmented.Of(1, 20, 20, Of("random-erasing", """{"value":"constant","fill":9}"""));
        Moments.AreChances([.. Enumerable.Range(0, 20_000).Select(sample => augmented.Image(new byte[400], sample).Contains((byte)9))], 0.5);
    }

    [Fact]
    public void What_never_fits_leaves_the_image()
    {
        var augmented = Augmented.Of(1, 4, 4, Of("random-erasing", """{"value":"constant","fill":9,"probability":1,"min_area":1,"max_area":1,"min_aspect":50,"max_aspect":60}"""));
        Assert.DoesNotContain((byte)9, augmented.Image(new byte[16]));
    }
}
