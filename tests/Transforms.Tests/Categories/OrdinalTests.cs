using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Categories;

public class OrdinalTests
{
    private static readonly Table Texts = new(("t", ColumnKind.Text));

    [Fact]
    public void Given_categories_have_the_order_that_they_are_given_in()
    {
        var fitted = Texts.Fit([], Of("ordinal", """{"categories":["small","medium","large"]}""", ["t"]));
        Assert.Equal([0, 2, 1], new[] { "small", "large", "medium" }.Select(text => fitted.Index(Texts.Row(text), "t")));
        Assert.Equal(3, fitted.Output("t")!.IndexCount);
        Assert.Throws<TransformException>(() => fitted.Row(Texts.Row("huge")));
    }

    [Theory]
    [InlineData("other", 2, 3)]
    [InlineData("minus-one", -1, 2)]
    public void An_unknown_category_is_what_was_chosen(string policy, int expected, int count)
    {
        var fitted = Texts.Fit([["y"], ["x"], [null]], Of("ordinal", $$"""{"unknown":"{{policy}}"}""", ["t"]));
        Assert.Equal([0, 1, expected, expected], new[] { "x", "y", "z", null }.Select(text => fitted.Index(Texts.Row(text), "t")));
        Assert.Equal(count, fitted.Output("t")!.IndexCount);
    }

    [Fact]
    public void Indices_can_be_features()
    {
        var table = new Table(("t", ColumnKind.Text), ("x", ColumnKind.Number));
        var fitted = table.Fit([["b", 1.0], ["a", 2.0]], Of("ordinal", inputs: ["t"]), Of("concat", inputs: ["t", "x"]));
        Assert.Equal([1, 5], fitted.Cell<float>(table.Row("b", 5.0), "features"));
        var scaled = table.Fit([["b", 1.0], ["a", 2.0]], Of("ordinal", inputs: ["t"]), Of("standardize", inputs: ["t"]), Of("number", inputs: ["t"]));
        Assert.Equal([1], scaled.Cell<float>(table.Row("b", 5.0), "t"));
    }

    [Fact]
    public void The_classes_of_a_label_are_not_hidden_by_categories()
    {
        var table = new Table(("t", ColumnKind.Text), ("label", ColumnKind.Text));
        var fitted = table.Fit([["b", "yes"], ["a", "no"]], Of("ordinal", inputs: ["t"]), Of("label"));
        Assert.Equal(["no", "yes"], fitted.Labels);
    }

    [Fact]
    public void The_classes_of_a_label_are_not_those_of_another_column()
    {
        var table = new Table(("tags", ColumnKind.TextList), ("label", ColumnKind.Text));
        object?[][] training = [[new[] { "red", "round", "small" }, "yes"], [new[] { "red" }, "no"]];
        var fitted = table.Fit(training, Of("multi-label", inputs: ["tags"]), Of("label"));
        Assert.Equal(["no", "yes"], fitted.Labels);
        Assert.Equal(["red", "round", "small"], fitted.Output("tags")!.ClassNames);
        // Nothing to classify by, though columns have class names.
        Assert.Empty(fitted.Select("tags").Labels);
        Assert.Empty(table.Fit(training, Of("multi-label", inputs: ["tags"], outputs: ["label"])).Labels);
    }
}
