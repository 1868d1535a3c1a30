using CsCheck;
using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Labels;

public class MultiLabelTests
{
    private static readonly Table Lists = new(("labels", ColumnKind.TextList));

    private static readonly Table Texts = new(("labels", ColumnKind.Text));

    [Fact]
    public void Names_of_lists_are_sorted_and_one_where_they_are()
    {
        var fitted = Lists.Fit([[List("dog", "cat")], [List()], [null], [List("cat", "hen", "cat", " ")]], Of("multi-label"));
        Assert.Equal(["cat", "dog", "hen"], fitted.Output("labels")!.ClassNames);
        float[][] expected = [[1, 0, 1], [0, 0, 0], [0, 0, 0]];
        Assert.Equal(expected, new object?[] { List("hen", "cat", "hen"), List(), null }.Select(labels => fitted.Cell<float>(Lists.Row(labels), "labels")));
    }

    [Fact]
    public void Names_of_texts_are_between_separators()
    {
        var fitted = Texts.Fit([["b | a||"], [""], ["|c"]], Of("multi-label", """{"separator":"|","element":"uint8"}"""));
        Assert.Equal(["a", "b", "c"], fitted.Output("labels")!.ClassNames);
        byte[][] expected = [[1, 1, 0], [0, 0, 1], [0, 0, 0]];
        Assert.Equal(expected, new[] { "a|b", " c ", null }.Select(text => fitted.Cell<byte>(Texts.Row(text), "labels")));
        Assert.Equal(["transforms[0].inputs[0] 'labels' is text; it needs a separator"], Texts.Violations(Of("multi-label")));
    }

    [Fact]
    public void A_text_gives_what_its_parts_give_as_a_list() =>
        Gen.Select(Gen.OneOf("a", "b", " c", "", "de").Array[0, 6], Gen.OneOf("|", ", ", "--")).Sample((parts, separator) =>
        {
            var names = """["a","b","c","de"]""";
            var list = Lists.Fit([], Of("multi-label", $$"""{"names":{{names}}}"""));
            var text = Texts.Fit([], Of("multi-label", $$"""{"names":{{names}},"separator":"{{separator}}"}"""));
            Assert.Equal(list.Cell<float>(Lists.Row((object)parts), "labels"), text.Cell<float>(Texts.Row(string.Join(separator, parts)), "labels"));
        }, iter: 200, threads: 1);

    [Fact]
    public void Unknown_names_are_refused_or_left_out()
    {
        var refused = Lists.Fit([], Of("multi-label", """{"names":["x","y"]}"""));
        Assert.Equal("multi-label: record 'r': 'z' is not one of the 2 labels",
            Assert.Throws<TransformException>(() => refused.Row(Lists.Row((object)List("x", "z")))).Message);
        var ignored = Lists.Fit([], Of("multi-label", """{"names":["x","y"],"unknown":"ignore"}"""));
        Assert.Equal([1, 0], ignored.Cell<float>(Lists.Row((object)List("x", "z")), "labels"));
    }

    [Fact]
    public void Declared_names_keep_their_order()
    {
        var schema = new RecordSchema(new RecordColumn("labels", ColumnKind.TextList) { ClassNames = ["y", "x"] });
        RawRecord Record(params string[] labels) => new("r", schema, new[] { RecordValue.OfTexts(labels) });
        Assert.Equal(["y", "x"], Pipelines.Fit(Pipeline.Create(new([Of("multi-label")]), schema), [Record("x")]).Output("labels")!.ClassNames);
        var e = Assert.Throws<TransformException>(() => Pipelines.Fit(Pipeline.Create(new([Of("multi-label")]), schema), [Record("x", "z")]));
        Assert.Equal("multi-label: 'z' is in the data and not one of its 2 declared labels", e.Message);
    }

    [Fact]
    public void What_cannot_be_learned_is_named()
    {
        var fitter = Lists.Pipeline(Of("multi-label")).NewFitter();
        Assert.Throws<TransformException>(() => fitter.Observe(Lists.Row((object)List(new string('x', 257)))));
        fitter.Observe(Lists.Row((object)List()));
        Assert.Equal("multi-label: no training record has a label to learn from", Assert.Throws<TransformException>(() => fitter.Complete()).Message);
        for (var i = 0; i < 65535; i++)
            fitter.Observe(Lists.Row((object)List($"{i}")));
        var e = Assert.Throws<TransformException>(() => fitter.Observe(Lists.Row((object)List("7", "p", "q"))));
        Assert.Contains("'labels' has more than 65536 different values", e.Reason);
        fitter.Observe(Lists.Row((object)List("7", "p", "8")));
    }

    private static string[] List(params string[] labels) => labels;
}
