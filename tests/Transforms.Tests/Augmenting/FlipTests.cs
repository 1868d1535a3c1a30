using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Augmenting;

public class FlipTests
{
    // Two channels do not exist; three of 3×2.
    private static readonly byte[] Image = [1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16, 21, 22, 23, 24, 25, 26];

    [Fact]
    public void Sideways_turns_rows_around() => Assert.Equal(
        [2, 1, 4, 3, 6, 5, 12, 11, 14, 13, 16, 15, 22, 21, 24, 23, 26, 25],
        Augmented.Of(3, 3, 2, Of("random-horizontal-flip", """{"probability":1}""")).Image(Image));

    [Fact]
    public void Upside_down_swaps_rows() => Assert.Equal(
        [5, 6, 3, 4, 1, 2, 15, 16, 13, 14, 11, 12, 25, 26, 23, 24, 21, 22],
        Augmented.Of(3, 3, 2, Of("random-vertical-flip", """{"probability":1}""")).Image(Image));

    [Theory]
    [InlineData("random-horizontal-flip", 0.5, "")]
    [InlineData("random-vertical-flip", 0.5, "")]
    [InlineData("random-vertical-flip", 0.125, """{"probability":0.125}""")]
    public void It_happens_as_often_as_asked_for(string type, double probability, string parameters)
    {
        var augmented = Augmented.Of(1, 2, 2, Of(type, parameters.Length == 0 ? "{}" : parameters));
        Moments.AreChances([.. Enumerable.Range(0, 20_000).Select(sample => augmented.Image([1, 2, 3, 4], sample)[0] != 1)], probability);
    }

    [Fact]
    public void Probability_zero_never_does_anything()
    {
        var augmented = Augmented.Of(3, 3, 2, Of("random-horizontal-flip", """{"probability":0}"""), Of("random-erasing", """{"probability":0}"""));
        Assert.All(Enumerable.Range(0, 100), sample => Assert.Equal(Image, augmented.Image(Image, sample)));
    }
}
