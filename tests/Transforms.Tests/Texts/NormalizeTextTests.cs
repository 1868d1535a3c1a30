using CsCheck;
using Mesh.Transforms.Tests.Support;
using Mesh.Transforms.Texts;

namespace Mesh.Transforms.Tests.Texts;

public class NormalizeTextTests
{
    private static readonly TextCleaning Nothing = new(false, false, null, false, false, false);

    [Theory]
    [InlineData("  a\t b\u00A0\r\n c ", "a b c")]
    [InlineData("a b", "a b")]
    [InlineData(" \n ", "")]
    public void White_space_is_collapsed(string text, string expected) => Assert.Equal(expected, (Nothing with { CollapseWhiteSpace = true }).Of(text));

    [Theory]
    [InlineData("Ångström façade", "Angstrom facade")]
    [InlineData("e\u0301 ñ ệ", "e n e")]
    [InlineData("한글 й", "한글 и")] // syllables fall apart and come together again; the short i is an i with a breve
    [InlineData("ø ß", "ø ß")] // letters of their own, without a mark
    public void Accents_go(string text, string expected) => Assert.Equal(expected, (Nothing with { StripAccents = true }).Of(text));

    [Theory]
    [InlineData("ÀΣЖ ẞ", "àσж ß")]
    [InlineData("𐐀", "𐐨")]
    [InlineData("I", "i")]
    public void Capitals_become_small(string text, string expected) => Assert.Equal(expected, (Nothing with { LowerCase = true }).Of(text));

    [Theory]
    [InlineData("a\0b\u0007\u009Fc\u007F\td\ne", "abc\td\ne")]
    public void Control_characters_go_and_white_space_stays(string text, string expected) => Assert.Equal(expected, (Nothing with { StripControl = true }).Of(text));

    [Theory]
    [InlineData("<p class=\"x\">one</p><br/>two", " one  two")]
    [InlineData("<!-- a <b> c -->x<!DOCTYPE html>y<?php z ?>", " x y ")]
    [InlineData("1 < 2 and 3 > 2", "1 < 2 and 3 > 2")]
    [InlineData("a <b and <i>c", "a <b and  c")]
    [InlineData("<!-- open <b>bold</b> <!-- again", "<!-- open  bold  <!-- again")]
    [InlineData("&lt;b&gt; <", "&lt;b&gt; <")]
    [InlineData("<", "<")]
    [InlineData("no tags", "no tags")]
    public void Tags_become_spaces(string text, string expected) => Assert.Equal(expected, HtmlTags.Strip(text));

    [Theory]
    [InlineData("<a")]
    [InlineData("<!--")]
    [InlineData("<")]
    public void Tags_without_an_end_take_no_time(string open)
    {
        var text = string.Concat(Enumerable.Repeat(open, 1_000_000));
        Assert.Equal(text, HtmlTags.Strip(text));
    }

    [Fact]
    public void Everything_together_is_done_once() => TextRecords.AnyText.Sample(text =>
    {
        var cleaning = new TextCleaning(false, true, UnicodeForm.Kc, true, true, true);
        var once = cleaning.Of(text);
        Assert.DoesNotContain("  ", once);
        Assert.Equal(once, cleaning.Of(once));
    }, iter: 2_000, threads: 1);

    [Fact]
    public void Texts_and_lists_are_cleaned_on_the_way_to_another_step()
    {
        var schema = new RecordSchema(new RecordColumn("text", ColumnKind.Text), new RecordColumn("words", ColumnKind.TextList), new RecordColumn("tags", ColumnKind.TextList));
        var pipeline = Pipeline.Create(
            new([
                TransformSpec.Of("normalize-text", """{"unicode":"nfkc","lower_case":true}""", inputs: ["text", "words"]),
                TransformSpec.Of("tokenize", """{"kind":"whitespace","max_length":4,"min_count":1}"""),
                TransformSpec.Of("tag-tokens", """{"kind":"whitespace","max_length":4,"min_count":1}"""),
            ]), schema);
        var record = new RawRecord("r", schema, new[] { RecordValue.OfText(" ﬁne\u0000 "), RecordValue.OfTexts(new[] { "Ａ", "e\u0301" }), RecordValue.OfTexts(new[] { "x", "y" }) });
        var fitted = Pipelines.Fit(pipeline, [record]);
        Assert.Equal(["[PAD]", "[UNK]", "fine"], Enumerable.Range(0, 3).Select(id => fitted.Output("text")!.Vocabulary![id]));
        Assert.Equal(["a", "é"], Enumerable.Range(2, 2).Select(id => fitted.Output("words")!.Vocabulary![id]));
    }
}
