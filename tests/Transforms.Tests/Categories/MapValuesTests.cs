using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Categories;

public class MapValuesTests
{
    private const string Pets = """{"cat":"pet","dog":"pet","7":"lucky","true":"yes"}""";

    private static readonly Table Texts = new(("label", ColumnKind.Text));

    [Fact]
    public void Classes_are_merged()
    {
        var fitted = Texts.Fit([["cat"], ["dog"], ["cow"], [null]], Map("keep"), Of("label"));
        Assert.Equal(["cow", "pet"], fitted.Labels);
        Assert.Equal([1, 1, 0, -1, -1], new[] { "cat", "dog", "cow", null, "" }.Select(text => fitted.Index(Texts.Row(text), "label")));
    }

    [Fact]
    public void A_value_that_is_not_named_is_missing_or_refused()
    {
        var dropping = Texts.Fit([["cat"]], Map("missing"), Of("label"));
        Assert.Equal([0, -1], new[] { "cat", "cow" }.Select(text => dropping.Index(Texts.Row(text), "label")));

        var refusing = Texts.Fit([["cat"]], Map("error"), Of("label"));
        Assert.Equal(-1, refusing.Index(Texts.Row((object?)null), "label"));
        Assert.Equal("'cow' of 'label' is none of the values that are named", Assert.Throws<TransformException>(() => refusing.Row(Texts.Row("cow"))).Reason);
    }

    [Theory]
    [InlineData("keep", new[] { "cow", "pet" })]
    [InlineData("missing", new[] { "pet" })]
    public void Classes_that_the_data_declares_are_mapped_in_their_order(string others, string[] expected)
    {
        var schema = new RecordSchema([new("label", ColumnKind.Text) { ClassNames = ["cow", "dog", "cat"] }]);
        var pipeline = Pipeline.Create(new([Map(others), Of("label")]), schema);
        Assert.Equal(expected, Pipelines.Fit(pipeline, [new RawRecord("r", schema, new[] { RecordValue.OfText("cat") })]).Labels);
    }

    [Theory]
    [InlineData(ColumnKind.Integer, 7L, 8L, new[] { "8", "lucky" })]
    [InlineData(ColumnKind.Boolean, true, false, new[] { "false", "yes" })]
    public void Integers_and_booleans_are_named_as_labels_name_them(ColumnKind kind, object named, object other, string[] expected)
    {
        var table = new Table(("label", kind));
        Assert.Equal(expected, table.Fit([[named], [other]], Map("keep"), Of("label")).Labels);
    }

    [Fact]
    public void The_order_of_the_values_makes_no_other_pipeline()
    {
        Assert.Equal(
            Pipeline.CanonicalBytes(Texts.Pipeline(Of("map-values", """{"values":{"a":"x","b":"y"}}""", ["label"]), Of("label")).Spec),
            Pipeline.CanonicalBytes(Texts.Pipeline(Of("map-values", """{"values":{"b":"y","a":"x"}}""", ["label"]), Of("label")).Spec));
    }

    [Theory]
    [InlineData("""{}""", "values is required")]
    [InlineData("""{"values":{}}""", "values must be an object of names")]
    [InlineData("""{"values":["a"]}""", "values must be an object of names")]
    [InlineData("""{"values":{"":"a"}}""", "values must be an object of names")]
    [InlineData("""{"values":{"a":1}}""", "values must be an object of names")]
    [InlineData("""{"values":{"a":"b"},"others":"drop"}""", "others must be")]
    public void Wrong_parameters_are_named(string parameters, string expected) =>
        Assert.Contains(Texts.Violations(Of("map-values", parameters, ["label"]), Of("label")), violation => violation.Contains(expected, StringComparison.Ordinal));

    private static global::Mesh.Specs.TransformSpec Map(string others) => Of("map-values", $$"""{"values":{{Pets}},"others":"{{others}}"}""", ["label"]);
}
