using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Missing;

public class ImputeTests
{
    private static readonly DateTime Noon = new(2024, 5, 1, 12, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData("mean", 4)]
    [InlineData("median", 2.5)]
    [InlineData("most-frequent", 2)]
    public void Numbers(string strategy, float expected)
    {
        var table = new Table(("x", ColumnKind.Number));
        object?[][] rows = [[2.0], [3.0], [null], [9.0], [2.0], [double.NaN]];
        var fitted = table.Fit(rows, Strategy(strategy, "x"), Of("number", inputs: ["x"]));
        Assert.Equal([2, 3, expected, 9, 2, expected], rows.Select(row => Assert.Single(fitted.Cell<float>(table.Row(row), "x"))));
    }

    [Fact]
    public void A_constant_needs_no_fit()
    {
        var table = new Table(("x", ColumnKind.Integer));
        var pipeline = table.Pipeline(Of("impute", """{"strategy":"constant","constant":0.5}""", ["x"]), Of("number", inputs: ["x"]));
        Assert.Equal(0, pipeline.FitPasses);
        var fitted = pipeline.Finish(pipeline.Unfitted);
        Assert.Equal([7, 0.5f], new object?[] { 7, null }.Select(x => Assert.Single(fitted.Cell<float>(table.Row(x), "x"))));
    }

    [Theory]
    [InlineData("mean", 0.75f)]
    [InlineData("median", 1)]
    [InlineData("most-frequent", 1)]
    public void Booleans(string strategy, float expected)
    {
        var table = new Table(("b", ColumnKind.Boolean));
        var fitted = table.Fit([[true], [true], [false], [true], [null]], Strategy(strategy, "b"), Of("number", inputs: ["b"]));
        Assert.Equal(expected, Assert.Single(fitted.Cell<float>(table.Row((object?)null), "b")));
        Assert.Equal(0, Assert.Single(fitted.Cell<float>(table.Row(false), "b")));
    }

    [Theory]
    [InlineData("""{"strategy":"mean"}""", 13)]
    [InlineData("""{"strategy":"median"}""", 12)]
    [InlineData("""{"strategy":"constant","constant":"2024-05-01T09:30:00Z"}""", 9)]
    [InlineData("""{"strategy":"constant","constant":"2024-05-01T09:30:00+02:00"}""", 7)]
    [InlineData("""{"strategy":"constant","constant":"2024-05-01"}""", 0)]
    public void Moments_stay_moments(string parameters, float hour)
    {
        var table = new Table(("at", ColumnKind.Timestamp));
        var fitted = table.Fit([[Noon], [Noon], [Noon.AddHours(3)], [null]],
            Of("impute", parameters, ["at"]), Of("date-parts", """{"parts":["hour"]}""", ["at"]));
        Assert.Equal([hour], fitted.Cell<float>(table.Row((object?)null), "at"));
        Assert.Equal([18], fitted.Cell<float>(table.Row(Noon.AddHours(6)), "at"));
    }

    [Theory]
    [InlineData("""{"strategy":"most-frequent"}""", "ca")]
    [InlineData("""{"strategy":"constant","constant":"zz"}""", "zz")]
    public void Texts(string parameters, string expected)
    {
        // ca and d are there twice each, and ca is before d.
        var table = new Table(("t", ColumnKind.Text));
        var fitted = table.Fit([["d"], ["ca"], ["b"], ["ca"], ["d"], [null], [""]],
            Of("impute", parameters, ["t"]), Of("ordinal", """{"categories":["b","ca","d","zz"]}""", ["t"]));
        var index = Array.IndexOf(["b", "ca", "d", "zz"], expected);
        Assert.Equal([index, index, 2], new[] { null, "", "d" }.Select(text => fitted.Index(table.Row(text), "t")));
    }

    [Fact]
    public void An_indicator_says_what_was_missing()
    {
        var table = new Table(("x", ColumnKind.Number), ("y", ColumnKind.Integer));
        var fitted = table.Fit([[1.0, 4], [3.0, null]],
            Of("impute", """{"strategy":"mean","indicator":true}""", ["x", "y"]), Of("concat", inputs: ["x", "y", "x_missing", "y_missing"]));
        Assert.Equal([2, 4, 1, 1], fitted.Cell<float>(table.Row(null, null), "features"));
        Assert.Equal([7, 8, 0, 0], fitted.Cell<float>(table.Row(7.0, 8), "features"));
        Assert.Equal(["transforms[0].outputs has 1 columns; impute writes 2"],
            table.Violations(Of("impute", """{"indicator":true}""", ["x"], ["x"]), Of("number", inputs: ["x"])));
    }

    [Fact]
    public void What_does_not_go_together_is_refused()
    {
        var table = new Table(("x", ColumnKind.Number), ("t", ColumnKind.Text), ("b", ColumnKind.Boolean));
        Assert.Equal(
        [
            "transforms[0].inputs[0] 't' is text; it must be number or integer or boolean or timestamp",
            "transforms[1].inputs[0] 'x' is number; it must be of a kind that the constant is of",
            "transforms[2].inputs[0] 'b' is boolean; it must be of a kind that the constant is of",
        ], table.Violations(Of("impute", inputs: ["t"]),
            Of("impute", """{"strategy":"constant","constant":"none"}""", ["x"]),
            Of("impute", """{"strategy":"constant","constant":1}""", ["b"]),
            Of("ordinal", inputs: ["t"]), Of("number", inputs: ["x", "b"])));
        Assert.Equal(
        [
            "transforms[0].parameters.constant must be given when strategy is constant, and only then",
            "transforms[1].parameters.constant must be given when strategy is constant, and only then",
            "transforms[2].parameters.constant must be a text, a number, true or false, of at most 256 characters",
        ], table.Violations(Of("impute", """{"strategy":"constant"}""", ["x"]), Of("impute", """{"constant":1}""", ["x"]), Of("impute", """{"constant":[]}""", ["b"])));
        Assert.Equal("impute: no training record has a number in 'x' to learn from", Assert.Throws<TransformException>(
            () => table.Fit([[null, null, null]], Of("impute", inputs: ["x"]), Of("number", inputs: ["x"]))).Message);
    }

    [Fact]
    public void A_damaged_fill_is_refused()
    {
        var table = new Table(("x", ColumnKind.Number));
        var json = System.Text.Encoding.UTF8.GetString(table.Fit([[1.5]], Of("impute", inputs: ["x"]), Of("number", inputs: ["x"])).ToJson());
        foreach (var wrong in new[] { "\"1.50\"", "\"NaN\"", "\"\"", "1.5" })
        {
            var e = Assert.Throws<PipelineSpecException>(() => FittedPipeline.Parse(System.Text.Encoding.UTF8.GetBytes(json.Replace("\"1.5\"", wrong))));
            Assert.Equal("transforms[0].fitted.columns[0].fill", e.Violations[0].Field);
        }
    }

    private static TransformSpec Strategy(string strategy, string column) => Of("impute", $$"""{"strategy":"{{strategy}}"}""", [column]);
}
