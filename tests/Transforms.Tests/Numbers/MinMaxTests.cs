using CsCheck;
using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Numbers;

public class MinMaxTests
{
    private static readonly Table Numbers = new(("x", ColumnKind.Number));

    private static readonly object?[][] Training = [[10.0], [null], [30.0], [15.0]];

    [Fact]
    public void The_least_becomes_0_and_the_greatest_1()
    {
        var fitted = Fit("{}");
        Assert.Equal([0f, 0.25f, 1, 2, -0.5f], new[] { 10.0, 15, 30, 50, 0 }.Select(x => Scaled(fitted, x)));
    }

    [Fact]
    public void Other_bounds_and_clipping()
    {
        var fitted = Fit("""{"minimum":-1,"maximum":3,"clip":true}""");
        Assert.Equal([-1f, 0, 3, 3, -1], new[] { 10.0, 15, 30, 50, 0 }.Select(x => Scaled(fitted, x)));
    }

    [Fact]
    public void What_never_changed_in_training_is_at_the_minimum()
    {
        var fitted = Numbers.Fit([[4.0]], Of("min-max", """{"minimum":2,"maximum":3}""", ["x"]), Of("number", inputs: ["x"]));
        Assert.Equal([2f, 2], new[] { 4.0, 7 }.Select(x => Scaled(fitted, x)));
    }

    [Fact]
    public void Bounds_are_met_exactly_and_clipping_keeps_within_them() =>
        Gen.Select(Gen.Double[-1e9, 1e9].Array[2, 10], Gen.Double[-1e3, 1e3], Gen.Double[0.001, 1e3], Gen.Double[-1e12, 1e12]).Sample((training, minimum, width, other) =>
        {
            if (training.Min() == training.Max())
                return;
            var (low, high) = (minimum, minimum + width);
            var fitted = Numbers.Fit([.. training.Select(x => new object?[] { x })],
                Of("min-max", FormattableString.Invariant($$"""{"minimum":{{low:R}},"maximum":{{high:R}},"clip":true}"""), ["x"]), Of("number", inputs: ["x"]));
            Assert.Equal([(float)low, (float)high], new[] { training.Min(), training.Max() }.Select(x => Scaled(fitted, x)));
            Assert.InRange(Scaled(fitted, other), (float)low, (float)high);
        }, iter: 100, threads: 1);

    [Fact]
    public void Bounds_are_checked()
    {
        Assert.Equal(["transforms[0].parameters.maximum must be more than minimum"],
            Numbers.Violations(Of("min-max", """{"minimum":1}""", ["x"]), Of("number", inputs: ["x"])));
        var wide = Assert.Throws<TransformException>(() => Numbers.Fit([[-1e308], [1e308]], Of("min-max", inputs: ["x"]), Of("number", inputs: ["x"])));
        Assert.Equal("min-max: the numbers of 'x' are too far apart", wide.Message);
    }

    private static FittedPipeline Fit(string parameters) => Numbers.Fit(Training, Of("min-max", parameters, ["x"]), Of("number", inputs: ["x"]));

    private static float Scaled(FittedPipeline fitted, double x) => Assert.Single(fitted.Cell<float>(Numbers.Row(x), "x"));
}
