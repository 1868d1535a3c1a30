using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Augmenting;

public class RotateTests
{
    private static readonly byte[] Colour = [.. Enumerable.Range(0, 3 * 5 * 5).Select(i => (byte)(i * 3))];

    [Theory]
    [InlineData(0)]
    [InlineData(360)]
    [InlineData(-360)]
    public void A_whole_turn_is_the_image(int angle) => Assert.Equal(Colour, Turn(angle).Image(Colour));

    [Theory]
    [InlineData(90, 1)]
    [InlineData(180, 2)]
    [InlineData(-90, 3)]
    [InlineData(270, 3)]
    public void Quarter_turns_are_exact(int angle, int quarters)
    {
        var expected = Colour;
        for (; quarters > 0; quarters--)
        {
            // Counter-clockwise, as numpy.rot90: what was the last column becomes the first row.
            var before = expected;
            expected = [.. Enumerable.Range(0, before.Length).Select(i => before[i / 25 * 25 + i % 5 * 5 + 4 - i / 5 % 5])];
        }

        Assert.Equal(expected, Turn(angle).Image(Colour));
    }

    [Fact]
    public void Quarter_turns_of_oblong_images_lose_the_ends_and_are_filled()
    {
        // 2×4: the middle two columns stay; a half turn is exact for any sides.
        byte[] image = [1, 2, 3, 4, 5, 6, 7, 8];
        Assert.Equal([9, 3, 7, 9, 9, 2, 6, 9], Turn(90, height: 2, width: 4, channels: 1, fill: 9).Image(image));
        Assert.Equal([8, 7, 6, 5, 4, 3, 2, 1], Turn(180, height: 2, width: 4, channels: 1, fill: 9).Image(image));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(-77.5)]
    public void Any_angle_is_bilinear(double angle)
    {
        const int height = 9, width = 12, fill = 50;
        var image = Enumerable.Range(0, height * width).Select(i => (byte)(i * 37)).ToArray();
        var expected = new double[image.Length];
        var (sine, cosine) = Math.SinCos(angle * Math.PI / 180);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                // Back from the turned image, about the centre of the squares that pixels are; down is positive.
                var (dx, dy) = (x + 0.5 - width / 2.0, y + 0.5 - height / 2.0);
                var (fromX, fromY) = (dx * cosine - dy * sine + width / 2.0 - 0.5, dx * sine + dy * cosine + height / 2.0 - 0.5);
                var (left, top) = ((int)Math.Floor(fromX), (int)Math.Floor(fromY));
                foreach (var (atX, atY) in new[] { (left, top), (left + 1, top), (left, top + 1), (left + 1, top + 1) })
                    expected[y * width + x] += (1 - Math.Abs(fromX - atX)) * (1 - Math.Abs(fromY - atY))
                        * (atX >= 0 && atY >= 0 && atX < width && atY < height ? image[atY * width + atX] : fill);
            }

        var turned = Turn(angle, height, width, channels: 1, fill).Image(image);
        Assert.All(turned.Zip(expected), pair => Assert.InRange(pair.First - pair.Second, -0.51, 0.51));
    }

    [Fact]
    public void Angles_are_uniform()
    {
        // A small box on the right tells the angle: up is counter-clockwise.
        var augmented = Augmented.WithBoxes(1, 100, 100, ("random-rotate", """{"degrees":40}"""));
        var angles = Enumerable.Range(0, 3000).Select(sample =>
        {
            var (left, top, width, height) = Assert.Single(augmented.Apply(new byte[10_000], [(89.5, 49.5, 1, 1)], sample).Boxes);
            return Math.Atan2(50 - (top + height / 2), left + width / 2 - 50) * 180 / Math.PI;
        }).ToArray();
        Assert.All(angles, angle => Assert.InRange(angle, -40.01, 40.01));
        Moments.AreUniform(angles, -40, 40);
    }

    [Fact]
    public void Of_several_angles_each_is_as_frequent()
    {
        var augmented = Augmented.Of(1, 2, 2, Of("random-rotate", """{"angles":[0,90,180,270]}"""));
        var found = Enumerable.Range(0, 20_000).Select(sample => Array.IndexOf(augmented.Image([1, 2, 3, 4], sample), (byte)1)).ToArray();
        Assert.All(Enumerable.Range(0, 4), corner => Moments.AreChances([.. found.Select(place => place == corner)], 0.25));
    }

    private static Augmented Turn(double angle, int height = 5, int width = 5, int channels = 3, int fill = 0) => Augmented.Of(
        channels, height, width, Of("random-rotate", FormattableString.Invariant($$"""{"angles":[{{angle}}],"fill":{{fill}}}""")));
}
