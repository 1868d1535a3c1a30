using CsCheck;
using Mesh.Transforms.Augmenting;
using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Augmenting;

public class ShiftAndCropTests
{
    [Fact]
    public void A_shift_moves_pixels_and_fills_what_comes_in()
    {
        byte[] image = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        PlaneShift.Apply(image, [], new(1, 1, 3, 3), right: 1, down: -1, fill: 99, minimumVisible: 0);
        Assert.Equal([99, 4, 5, 99, 7, 8, 99, 99, 99], image);
    }

    [Fact]
    public void Any_shift_is_that_of_a_copy() =>
        Gen.Select(Gen.Int[1, 7], Gen.Int[1, 7], Gen.Int[1, 6], Gen.Int[-9, 9], Gen.Int[-9, 9]).Sample((height, width, planes, right, down) =>
        {
            var image = Enumerable.Range(0, planes * height * width).Select(i => (byte)(i + 1)).ToArray();
            var expected = new byte[image.Length];
            for (var plane = 0; plane < planes; plane++)
                for (var y = 0; y < height; y++)
                    for (var x = 0; x < width; x++)
                    {
                        var (fromX, fromY) = (x - right, y - down);
                        expected[(plane * height + y) * width + x] = fromX >= 0 && fromY >= 0 && fromX < width && fromY < height
                            ? image[(plane * height + fromY) * width + fromX] : (byte)255;
                    }

            PlaneShift.Apply(image, [], new(1, planes, height, width), right, down, fill: 255, minimumVisible: 0);
            Assert.Equal(expected, image);
        }, iter: 1000);

    [Theory]
    [InlineData("random-shift", """{"x":4,"y":2,"unit":"pixels"}""", 4, 2)]
    [InlineData("random-shift", """{"x":0.15,"y":0.25}""", 3, 3)] // 0.15 · 20 and 0.25 · 13, rounded
    [InlineData("random-crop", """{"padding":3}""", 3, 3)]
    public void Shifts_are_uniform(string type, string parameters, int across, int down)
    {
        var augmented = Augmented.Of(1, 13, 20, Of(type, parameters));
        var image = new byte[13 * 20];
        image[6 * 20 + 10] = 255;
        var places = Enumerable.Range(0, 20_000).Select(sample => Array.IndexOf(augmented.Image(image, sample), (byte)255)).ToArray();
        Uniform([.. places.Select(place => place % 20 - 10)], across);
        Uniform([.. places.Select(place => place / 20 - 6)], down);

        static void Uniform(int[] drawn, int most)
        {
            Assert.Equal(Enumerable.Range(-most, 2 * most + 1), drawn.Distinct().Order());
            var all = Enumerable.Range(-most, 2 * most + 1).ToArray();
            Moments.Are([.. drawn.Select(value => (double)value)], 0, all.Average(value => Math.Pow(value, 2)), all.Average(value => Math.Pow(value, 4)));
        }
    }

    [Fact]
    public void A_crop_of_the_whole_is_the_image()
    {
        var image = Enumerable.Range(0, 3 * 8 * 12).Select(i => (byte)(i * 7)).ToArray();
        var augmented = Augmented.Of(3, 8, 12, Of("random-crop", """{"mode":"resize","min_area":1,"max_area":1,"min_aspect":1.5,"max_aspect":1.5}"""));
        Assert.All(Enumerable.Range(0, 20), sample => Assert.Equal(image, augmented.Image(image, sample)));
    }

    [Fact]
    public void A_crop_of_a_quarter_is_enlarged_twice()
    {
        // On a ramp of 10 a column, linear in between: out x lies at left + (x + 0.5) / 2 − 0.5, and the part's edges are repeated.
        var image = Enumerable.Range(0, 64).Select(i => (byte)(i % 8 * 10)).ToArray();
        var augmented = Augmented.Of(1, 8, 8, Of("random-crop", """{"mode":"resize","min_area":0.25,"max_area":0.25,"min_aspect":1,"max_aspect":1}"""));
        var expected = Enumerable.Range(0, 5).Select(left => string.Join(' ', Enumerable.Range(0, 8)
            .Select(x => (int)Math.Floor(10 * Math.Clamp(left + (x + 0.5) / 2 - 0.5, left, left + 3) + 0.5)))).ToArray();
        var found = Enumerable.Range(0, 200).Select(sample => augmented.Image(image, sample)).ToArray();
        Assert.All(found, rows => Assert.Single(rows.Chunk(8).Select(row => string.Join(' ', row)).Distinct()));
        Assert.Equal(expected.Order(), found.Select(rows => string.Join(' ', rows[..8])).Distinct().Order());
    }

    [Fact]
    public void Parts_have_the_areas_proportions_and_places_asked_for()
    {
        var shape = new PlaneShape(1, 1, 2000, 2000);
        var logarithmic = Draws(new(0.1, 0.4, 0.5, 2, logarithmic: true, attempts: 10), shape);
        // Sides are whole pixels, which moves areas by less than a thousandth of their range.
        Moments.AreUniform([.. logarithmic.Select(part => (double)part.Width * part.Height / shape.Plane)], 0.1, 0.4);
        Moments.AreUniform([.. logarithmic.Select(part => Math.Log((double)part.Width / part.Height))], Math.Log(0.5), Math.Log(2));
        Moments.AreUniform([.. logarithmic.Select(part => (part.Left + 0.5) / (2000 - part.Width + 1))], 0, 1);
        Moments.AreUniform([.. logarithmic.Select(part => (part.Top + 0.5) / (2000 - part.Height + 1))], 0, 1);
        Moments.AreUniform([.. Draws(new(0.02, 0.25, 0.3, 1 / 0.3, logarithmic: false, attempts: 10), shape).Select(part => (double)part.Width / part.Height)], 0.3, 1 / 0.3);

        static PlanePart[] Draws(RandomPart parts, PlaneShape shape) => [.. Enumerable.Range(0, 20_000).Select(sample =>
        {
            var random = new SampleRandom(1, 2, sample, 3);
            return parts.Draw(shape, ref random)!.Value;
        })];
    }

    [Theory]
    [InlineData(100, 10, 2, 3, 0, 47, 10, 5)]
    [InlineData(10, 100, 0.2, 0.5, 47, 0, 5, 10)]
    [InlineData(10, 20, 1.5, 3, 0, 0, 20, 10)]
    public void Proportions_that_do_not_fit_give_the_largest_part_that_has_them(
        int height, int width, double least, double greatest, int left, int top, int across, int down)
    {
        var shape = new PlaneShape(1, 1, height, width);
        Assert.Equal(new(left, top, across, down), new RandomPart(1, 1, least, greatest, logarithmic: true, attempts: 10).Largest(shape));
        var random = new SampleRandom(1, 2, 3, 4);
        Assert.Null(new RandomPart(1, 1, 20, 30, logarithmic: true, attempts: 10).Draw(shape, ref random));
    }

    [Theory]
    [InlineData("random-shift", """{"x":2}""", "transforms[1].parameters.x")]
    [InlineData("random-shift", """{"y":1.5,"x":1,"unit":"pixels"}""", "transforms[1].parameters.y")]
    [InlineData("random-crop", """{"min_area":0.5}""", "transforms[1].parameters.min_area")]
    [InlineData("random-crop", """{"mode":"resize","padding":2}""", "transforms[1].parameters.padding")]
    [InlineData("random-crop", """{"mode":"resize","min_area":0.5,"max_area":0.4}""", "transforms[1].parameters.min_area")]
    [InlineData("random-erasing", """{"min_aspect":4}""", "transforms[1].parameters.min_aspect")]
    [InlineData("random-erasing", """{"fill":4}""", "transforms[1].parameters.fill")]
    public void Parameters_that_contradict_each_other_are_named(string type, string parameters, string field) => Assert.Equal(field,
        Assert.Single(Pipeline.Validate(new([Of("decode-image"), Of(type, parameters)]))).Field);
}
