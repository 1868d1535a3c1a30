using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Categories;

public class OneHotTests
{
    private static readonly Table Texts = new(("t", ColumnKind.Text));

    // b thrice, c and a twice, d once.
    private static readonly object?[][] Training = [["b"], ["c"], ["a"], [null], ["b"], ["a"], ["d"], ["c"], ["b"]];

    [Fact]
    public void Learned_categories_are_sorted()
    {
        var fitted = Fit("{}");
        float[][] expected = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]];
        Assert.Equal(expected, new[] { "a", "b", "d" }.Select(text => Hot(fitted, text)));
        Assert.Empty(fitted.Outputs[0].ClassNames);
    }

    [Theory]
    [InlineData("zeros", new float[] { 0, 0, 0, 0 })]
    [InlineData("other", new float[] { 0, 0, 0, 0, 1 })]
    public void An_unknown_category_is_what_was_chosen(string policy, float[] expected)
    {
        var fitted = Fit($$"""{"unknown":"{{policy}}"}""");
        Assert.All(new[] { "e", "B", null, "", new string('x', 1000) }, text => Assert.Equal(expected, Hot(fitted, text)));
    }

    [Fact]
    public void Otherwise_it_is_refused_and_named()
    {
        var fitted = Fit("{}");
        Assert.Equal("one-hot: record 'r': 'e' is not one of the 4 categories of 't'", Assert.Throws<TransformException>(() => Hot(fitted, "e")).Message);
        Assert.Equal("one-hot: record 'r': 't' is missing", Assert.Throws<TransformException>(() => Hot(fitted, null)).Message);
    }

    [Fact]
    public void Of_too_many_other_keeps_the_most_frequent_and_of_equals_the_first()
    {
        var fitted = Fit("""{"maximum":2,"unknown":"other"}""");
        float[][] expected = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]];
        Assert.Equal(expected, new[] { "a", "b", "c", "d" }.Select(text => Hot(fitted, text)));

        var e = Assert.Throws<TransformException>(() => Fit("""{"maximum":3}"""));
        Assert.Equal("one-hot: 't' has 4 categories and maximum is 3; raise it, let unknown be other, which keeps the most frequent, or take hash", e.Message);
    }

    [Fact]
    public void Given_categories_keep_their_order_and_need_no_fit()
    {
        var pipeline = Texts.Pipeline(Of("one-hot", """{"categories":["b","a"],"unknown":"zeros"}""", ["t"]));
        Assert.Equal(0, pipeline.FitPasses);
        var fitted = pipeline.Finish(pipeline.Unfitted);
        float[][] expected = [[0, 1], [1, 0], [0, 0]];
        Assert.Equal(expected, new[] { "a", "b", "c" }.Select(text => Hot(fitted, text)));
    }

    [Fact]
    public void Integers_are_sorted_by_value_and_booleans_are_two()
    {
        var table = new Table(("n", ColumnKind.Integer), ("b", ColumnKind.Boolean));
        var fitted = table.Fit([[10, true], [9, false], [-3, true]], Of("one-hot", inputs: ["n", "b"]), Of("concat", inputs: ["n", "b"]));
        Assert.Equal([0, 1, 0, 1, 0], fitted.Cell<float>(table.Row(9, false), "features"));
        Assert.Equal([0, 0, 1, 0, 1], fitted.Cell<float>(table.Row(10, true), "features"));
        Assert.Equal("'4' is not one of the 3 categories of 'n'", Assert.Throws<TransformException>(() => fitted.Row(table.Row(4, true))).Reason);
    }

    [Fact]
    public void Buckets_of_numbers_are_categories_too()
    {
        var table = new Table(("x", ColumnKind.Number));
        var fitted = table.Fit([[1.0], [2.0], [3.0], [4.0]], Of("quantile-bucket", """{"buckets":2}""", ["x"]), Of("one-hot", inputs: ["x"]));
        float[][] expected = [[1, 0], [0, 1]];
        Assert.Equal(expected, new[] { -5.0, 50 }.Select(x => fitted.Cell<float>(table.Row(x), "x")));
        Assert.Equal(2, table.Pipeline(Of("quantile-bucket", """{"buckets":2}""", ["x"]), Of("one-hot", inputs: ["x"])).FitPasses);
    }

    [Fact]
    public void Categories_of_another_kind_are_refused()
    {
        var table = new Table(("n", ColumnKind.Integer), ("x", ColumnKind.Number), ("b", ColumnKind.Boolean));
        Assert.Equal(
        [
            "transforms[0].inputs[0] 'n' is integer; it must have categories of its kind, and 'one' is none",
            "transforms[1].inputs[0] 'x' is number; it must be text or integer or boolean",
            "transforms[2].inputs[0] 'b' is boolean; it must have categories of its kind, and 'yes' is none",
            "transforms[3].inputs[0] 'n' is integer; it must have different categories, and '+1' is there twice",
        ], table.Violations(
            Of("one-hot", """{"categories":["1","one"]}""", ["n"], ["n1"]), Of("one-hot", inputs: ["x"]),
            Of("one-hot", """{"categories":["yes"]}""", ["b"]), Of("one-hot", """{"categories":["1","+1"]}""", ["n"], ["n2"])));
    }

    [Fact]
    public void Long_and_too_many_categories_name_the_record_that_brings_them()
    {
        var fitter = Texts.Pipeline(Of("one-hot", inputs: ["t"])).NewFitter();
        var longer = Assert.Throws<TransformException>(() => fitter.Observe(Texts.Named("r9", new string('x', 257))));
        Assert.Equal("one-hot: record 'r9': 't' has 257 characters; a category has at most 256", longer.Message);
        for (var i = 0; i < 65536; i++)
            fitter.Observe(Texts.Row($"{i}"));
        fitter.Observe(Texts.Row("0"));
        var more = Assert.Throws<TransformException>(() => fitter.Observe(Texts.Named("r10", "one more")));
        Assert.Equal("one-hot: record 'r10': 't' has more than 65536 different values, or they have more than 67108864 characters; hash takes any number of them", more.Message);
        Assert.Equal(65537, fitter.Records);

        var other = Texts.Pipeline(Of("one-hot", inputs: ["t"])).NewFitter();
        other.Observe(Texts.Row("one more"));
        Assert.Throws<TransformException>(() => other.Merge(fitter));
    }

    [Theory]
    [InlineData("""["a","b","c","d"]""", """["a","b","c","a"]""")]
    [InlineData("""["a","b","c","d"]""", """["a","b","c",""]""")]
    [InlineData("""["a","b","c","d"]""", "[]")]
    [InlineData("""["a","b","c","d"]""", "[1]")]
    public void Damaged_categories_are_refused(string found, string replaced)
    {
        var json = System.Text.Encoding.UTF8.GetString(Fit("{}").ToJson());
        Assert.Contains(found, json);
        var e = Assert.Throws<PipelineSpecException>(() => FittedPipeline.Parse(System.Text.Encoding.UTF8.GetBytes(json.Replace(found, replaced))));
        Assert.Equal("transforms[0].fitted.columns[0].categories", e.Violations[0].Field);
    }

    private static FittedPipeline Fit(string parameters) => Texts.Fit(Training, Of("one-hot", parameters, ["t"]));

    private static float[] Hot(FittedPipeline fitted, string? text) => fitted.Cell<float>(Texts.Row(text), "t");
}
