using Mesh.Shards;
using Mesh.Transforms.Tests.Support;

namespace Mesh.Transforms.Tests.Tokens;

public class TagTokensTests
{
    private const string Pieces = """ "kind":"wordpiece","vocabulary":["ber","##lin","in","new","##er","york"] """;

    [Fact]
    public void A_tag_stands_at_the_first_piece_of_its_word()
    {
        var fitted = Fit($$"""{"max_length":8,"special_tokens":"cls-sep","second_output":"mask",{{Pieces}}}""", TextRecords.Tags("in berlin", "O B-LOC"), TextRecords.Tags("newer york", "B-LOC I-LOC"));
        Assert.Equal([new("words", ElementType.Int32, [8]), new("tags", ElementType.Int64, [8]), new ShardColumn("words_mask", ElementType.UInt8, [8])], fitted.Columns);
        Assert.Equal(["B-LOC", "I-LOC", "O"], fitted.Output("tags")!.ClassNames);

        var record = TextRecords.Tags("newer york in berlin", "B-LOC I-LOC O B-LOC");
        var vocabulary = fitted.Output("words")!.Vocabulary!;
        Assert.Equal(["[CLS]", "new", "##er", "york", "in", "ber", "##lin", "[SEP]"], fitted.Values<int>(record, 0).Select(id => vocabulary[id]));
        Assert.Equal([-100, 0, -100, 1, 2, 0, -100, -100], fitted.Values<long>(record, 1));
        Assert.Equal([1, 1, 1, 1, 1, 1, 1, 1], fitted.Values<byte>(record, 2));

        var unlabelled = TextRecords.Tags("in york", null);
        Assert.Equal([-100, -100, -100, -100, -100, -100, -100, -100], fitted.Values<long>(unlabelled, 1));
        Assert.Equal([1, 1, 1, 1, 0, 0, 0, 0], fitted.Values<byte>(unlabelled, 2));
        Assert.Equal(fitted.Values<int>(unlabelled, 0), fitted.Select("words").Values<int>(unlabelled, 0));
    }

    [Theory]
    [InlineData(5, "right", "right", "1 2 -100 3 -100")]
    [InlineData(5, "right", "left", "-100 1 2 -100 3")]
    [InlineData(3, "right", "right", "1 2 -100")]
    [InlineData(3, "left", "right", "2 -100 3")]
    [InlineData(3, "middle", "right", "1 2 3")]
    public void Tags_are_cut_and_filled_up_with_their_words(int length, string truncate, string pad, string expected)
    {
        var pipeline = Pipeline.Create(new([TransformSpec.Of("tag-tokens",
            $$"""{"max_length":{{length}},"truncate":"{{truncate}}","pad":"{{pad}}","tags":["x","a","b","c"],{{Pieces}}}""")]), TextRecords.Tagged);
        var fitted = pipeline.Finish(pipeline.Unfitted);
        // Four tokens: in new ##er york.
        Assert.Equal(expected.Split(' ').Select(long.Parse), fitted.Values<long>(TextRecords.Tags("in newer york", "a b c"), 1));
    }

    [Fact]
    public void Every_word_has_a_token()
    {
        var fitted = Fit($$"""{"max_length":6,{{Pieces}}}""", TextRecords.Tags("in", "O"), TextRecords.Tags("york", "X"));
        var record = new RawRecord("r", TextRecords.Tagged, new[] { RecordValue.OfTexts(new[] { "", "in", " \t", "berlin-" }), RecordValue.OfTexts(new[] { "O", "X", "O", "X" }) });
        Assert.Equal(["[UNK]", "in", "[UNK]", "ber", "##lin", "[UNK]"], fitted.Values<int>(record, 0).Select(id => fitted.Outputs[0].Vocabulary![id]));
        Assert.Equal([0, 1, 0, 1, -100, -100], fitted.Values<long>(record, 1));
    }

    [Theory]
    [InlineData(""" "kind":"bpe" """)]
    [InlineData(""" "kind":"bpe","units":"characters" """)]
    [InlineData(""" "kind":"wordpiece" """)]
    public void Words_of_a_text_are_learned_as_they_are_encoded(string kind)
    {
        // What is between words and before the first is no part of them, as in a list of the same words.
        var parameters = $$"""{"max_length":8,{{kind}},"min_count":1,"vocabulary_size":400}""";
        var texts = new RecordSchema(new RecordColumn("words", ColumnKind.Text), new RecordColumn("tags", ColumnKind.Text));
        var record = new RawRecord("r", texts, new[] { RecordValue.OfText("EU\trejects\n\nGerman  call "), RecordValue.OfText("B O B O") });
        var ofText = Pipelines.Fit(Pipeline.Create(new([TransformSpec.Of("tag-tokens", parameters)]), texts), [record]);
        var ofList = Fit(parameters, TextRecords.Tags("EU rejects German call", "B O B O"));
        Assert.Equal(ofList.Values<int>(TextRecords.Tags("EU rejects German call", "B O B O"), 0), ofText.Values<int>(record, 0));
        // All four are whole tokens.
        Assert.Equal([1, 1, 1, 1, 0, 0, 0, 0], ofText.Values<int>(record, 0).Select(id => id > 0 ? 1 : 0));
    }

    [Fact]
    public void Words_and_tags_can_be_texts()
    {
        var schema = new RecordSchema(new RecordColumn("words", ColumnKind.Text), new RecordColumn("tags", ColumnKind.Text));
        var pipeline = Pipeline.Create(new([TransformSpec.Of("tag-tokens", """{"max_length":4,"min_count":1,"vocabulary_size":300}""")]), schema);
        var record = new RawRecord("r", schema, new[] { RecordValue.OfText(" one\ttwo  two\n"), RecordValue.OfText("a b b") });
        var fitted = Pipelines.Fit(pipeline, [record]);
        // Words begin with a space, as in a sentence; " two" is there twice and is one token, and so is " one".
        Assert.Equal(["Ġone", "Ġtwo", "Ġtwo", "[PAD]"], fitted.Values<int>(record, 0).Select(id => fitted.Outputs[0].Vocabulary![id]));
        Assert.Equal([0, 1, 1, -100], fitted.Values<long>(record, 1));
    }

    [Theory]
    [InlineData("bio", "O B-X I-X I-X B-X B-Y I-Y", "O B-X I-X I-X B-X B-Y I-Y")]
    [InlineData("bio-repair", "I-X I-X O I-X B-Y I-X I-X", "B-X I-X O B-X B-Y B-X I-X")]
    [InlineData("none", "I-X O", "I-X O")]
    public void Spans_are_as_the_scheme_has_them(string scheme, string tags, string expected)
    {
        var words = string.Join(' ', tags.Split(' ').Select(_ => "in"));
        var record = TextRecords.Tags(words, tags);
        var fitted = Fit($$"""{"max_length":7,"scheme":"{{scheme}}",{{Pieces}}}""", record);
        Assert.Equal(expected.Split(' ').Order(StringComparer.Ordinal).Distinct(), fitted.Output("tags")!.ClassNames);
        Assert.Equal(expected.Split(' '), fitted.Values<long>(record, 1).Where(tag => tag >= 0).Select(tag => fitted.Output("tags")!.ClassNames[(int)tag]));
    }

    [Theory]
    [InlineData("bio", "in", "I-X", "tag 0, 'I-X', goes on with nothing")]
    [InlineData("bio", "in in", "O I-X", "tag 1, 'I-X', goes on with nothing")]
    [InlineData("bio", "in in", "B-Y I-X", "tag 1, 'I-X', goes on with nothing")]
    [InlineData("none", "in", "O O O O", "there are 1 words and 4 tags")]
    [InlineData("none", "in in", "O ", "tag 1 has 0 characters")]
    public void Tags_that_do_not_fit_are_refused(string scheme, string words, string tags, string reason)
    {
        var record = TextRecords.Tags(words, tags);
        var e = Assert.Throws<TransformException>(() => Fit($$"""{"max_length":7,"scheme":"{{scheme}}",{{Pieces}}}""", record));
        Assert.Contains(reason, e.Reason);
    }

    [Fact]
    public void Unknown_tags_are_named()
    {
        var fitted = Fit($$"""{"max_length":4,{{Pieces}}}""", TextRecords.Tags("in", "O"));
        Assert.Equal("'X' is not one of the 1 tags", Assert.Throws<TransformException>(() => fitted.Row(TextRecords.Tags("in", "X"))).Reason);
        var given = """{"max_length":4,"min_count":1,"tags":["O"]}""";
        Assert.Equal("'X' is not one of the 1 tags", Assert.Throws<TransformException>(() => Fit(given, TextRecords.Tags("in", "X"))).Reason);
        Assert.Contains("no training record has tags", Assert.Throws<TransformException>(() => Fit("""{"max_length":4}""", TextRecords.Tags("in", null))).Reason);
    }

    [Fact]
    public void Fits_are_saved_merged_and_read_back()
    {
        var pipeline = Pipeline.Create(new([TransformSpec.Of("tag-tokens", """{"max_length":4,"min_count":1,"kind":"whitespace"}""")]), TextRecords.Tagged);
        var (one, two, whole) = (pipeline.NewFitter(), pipeline.NewFitter(), pipeline.NewFitter());
        var (a, b) = (TextRecords.Tags("in york", "O B"), TextRecords.Tags("in berlin", "O C"));
        one.Observe(a);
        two.Observe(b);
        whole.Observe(b);
        whole.Observe(a);
        two.Merge(pipeline.LoadFitter(one.Save(), pipeline.Unfitted));
        Assert.Equal(whole.Save(), two.Save());
        var fitted = pipeline.Finish(two.Complete());
        Assert.Equal(fitted.ToJson(), FittedPipeline.Parse(fitted.ToJson()).ToJson());
        Assert.Equal(["B", "C", "O"], FittedPipeline.Parse(fitted.ToJson()).Output("tags")!.ClassNames);

        var saved = whole.Save();
        for (var i = 37; i < saved.Length; i++)
        {
            for (var value = 0; value < 256; value += 17)
            {
                var bad = saved.ToArray();
                bad[i] = (byte)value;
                try
                {
                    Assert.Equal(bad, pipeline.LoadFitter(bad, pipeline.Unfitted).Save());
                }
                catch (PipelineSpecException)
                {
                }
            }
        }
    }

    private static FittedPipeline Fit(string parameters, params RawRecord[] records) =>
        Pipelines.Fit(Pipeline.Create(new([TransformSpec.Of("tag-tokens", parameters)]), TextRecords.Tagged), records);
}
