using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Numbers;

public class StandardizeTests
{
    private static readonly Table Numbers = new(("x", ColumnKind.Number), ("y", ColumnKind.Integer));

    private static readonly TransformSpec[] Steps = [Of("standardize", inputs: ["x", "y"]), Of("concat", inputs: ["x", "y"])];

    [Fact]
    public void Mean_and_deviation_are_those_of_the_training_records()
    {
        // x: mean 5, std 2; y: mean 1, std 1.
        var fitted = Numbers.Fit([[2.0, 0], [4.0, 2], [4.0, 0], [4.0, 2], [5.0, 0], [5.0, 2], [7.0, 0], [9.0, 2]], Steps);
        Assert.Equal([-1.5f, -1], fitted.Cell<float>(Numbers.Row(2.0, 0), "features"));
        Assert.Equal([2.5f, 6], fitted.Cell<float>(Numbers.Row(10.0, 7), "features"));
    }

    [Fact]
    public void What_never_changed_in_training_is_zero_always()
    {
        var fitted = Numbers.Fit([[3.0, 1], [3.0, 2]], Steps);
        Assert.Equal([0, -1], fitted.Cell<float>(Numbers.Row(3.0, 1), "features"));
        Assert.Equal([0, 1], fitted.Cell<float>(Numbers.Row(1e9, 2), "features"));
    }

    [Fact]
    public void Missing_numbers_do_not_count_and_stay_missing()
    {
        var fitted = Numbers.Fit([[1.0, 1], [null, 2], [double.NaN, 3], [3.0, 4]],
            Of("standardize", inputs: ["x"]), Of("impute", """{"strategy":"constant","constant":0}""", inputs: ["x"]), Of("number", inputs: ["x"]));
        Assert.Equal([-1f, 0, 0, 1], new double?[] { 1, null, double.NaN, 3 }.Select(x => Assert.Single(fitted.Cell<float>(Numbers.Row(x, 0), "x"))));
    }

    [Fact]
    public void What_cannot_be_learned_from_or_computed_is_named()
    {
        var fitter = Numbers.Pipeline(Steps).NewFitter();
        var infinite = Assert.Throws<TransformException>(() => fitter.Observe(Numbers.Named("r7", double.PositiveInfinity, 1)));
        Assert.Equal("standardize: record 'r7': 'x' is infinite", infinite.Message);
        Assert.Equal(0, fitter.Records);

        fitter.Observe(Numbers.Row(null, 1));
        Assert.Equal("standardize: no training record has a number in 'x' to learn from", Assert.Throws<TransformException>(() => fitter.Complete()).Message);

        var fitted = Numbers.Fit([[-1e-300, 1], [1e-300, 2]], Steps);
        var far = Assert.Throws<TransformException>(() => fitted.Row(Numbers.Row(1e300, 1)));
        Assert.Equal("'x' is 1E+300, which is too far from the mean", far.Reason);
    }

    [Fact]
    public void Texts_are_refused() => Assert.Equal(
        ["transforms[0].inputs[0] 't' is text; it must be integer or number or boolean or timestamp"],
        new Table(("t", ColumnKind.Text)).Violations(Of("standardize", inputs: ["t"]), Of("number", inputs: ["t"])));

    [Theory]
    [InlineData("\"mean\":5", "\"mean\":\"5\"", "transforms[0].fitted.columns[0].mean")]
    [InlineData("\"std\":2", "\"std\":-2", "transforms[0].fitted.columns[0].std")]
    [InlineData("\"std\":2", "\"std\":2,\"more\":1", "transforms[0].fitted.columns[0].more")]
    [InlineData("{\"mean\":5,\"std\":2},", "", "transforms[0].fitted.columns")]
    [InlineData("\"columns\":[", "\"columns\":[7,", "transforms[0].fitted.columns[0]")]
    public void Damaged_state_is_named(string found, string replaced, string field)
    {
        var json = System.Text.Encoding.UTF8.GetString(Numbers.Fit([[3.0, 1], [7.0, 2]], Steps).ToJson());
        Assert.Contains(found, json);
        var e = Assert.Throws<PipelineSpecException>(() => FittedPipeline.Parse(System.Text.Encoding.UTF8.GetBytes(json.Replace(found, replaced))));
        Assert.Equal(field, e.Violations[0].Field);
    }
}
