using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Numbers;

public class LogarithmTests
{
    private static readonly Table Numbers = new(("x", ColumnKind.Number));

    [Theory]
    [InlineData("{}", 0, 0)]
    [InlineData("{}", Math.E - 1, 1)]
    [InlineData("""{"offset":0}""", Math.E * Math.E, 2)]
    [InlineData("""{"offset":10}""", -9, 0)]
    [InlineData("""{"symmetric":true}""", Math.E - 1, 1)]
    [InlineData("""{"symmetric":true}""", 1 - Math.E, -1)]
    [InlineData("""{"symmetric":true}""", 0, 0)]
    [InlineData("""{"symmetric":true,"offset":2}""", 2 * Math.E - 2, 1)]
    [InlineData("""{"symmetric":true,"offset":2}""", 0, 0)]
    public void By_hand(string parameters, double x, float expected) =>
        Assert.Equal(expected, Assert.Single(Fit(parameters).Cell<float>(Numbers.Row(x), "x")), 1e-7f);

    [Theory]
    [InlineData("{}", -1)]
    [InlineData("{}", -7)]
    [InlineData("""{"offset":0}""", 0)]
    public void What_has_no_logarithm_is_named(string parameters, double x)
    {
        var e = Assert.Throws<TransformException>(() => Fit(parameters).Row(Numbers.Named("r3", x)));
        Assert.Equal(FormattableString.Invariant($"log: record 'r3': 'x' is {x}, which has no logarithm with this offset; symmetric takes negative numbers"), e.Message);
    }

    [Fact]
    public void It_learns_nothing_and_leaves_missing_numbers_alone()
    {
        Assert.Equal(0, Numbers.Pipeline(Of("log", inputs: ["x"]), Of("number", inputs: ["x"])).FitPasses);
        Assert.Equal("'x' is missing", Assert.Throws<TransformException>(() => Fit("{}").Row(Numbers.Row((object?)null))).Reason);
        Assert.Equal(["transforms[0].parameters.offset must be positive when symmetric"],
            Numbers.Violations(Of("log", """{"offset":0,"symmetric":true}""", ["x"]), Of("number", inputs: ["x"])));
    }

    private static FittedPipeline Fit(string parameters) => Numbers.Fit([], Of("log", parameters, ["x"]), Of("number", inputs: ["x"]));
}
