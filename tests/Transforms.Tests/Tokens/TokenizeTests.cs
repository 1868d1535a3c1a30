using CsCheck;
using Mesh.Shards;
using Mesh.Transforms.Tests.Support;

namespace Mesh.Transforms.Tests.Tokens;

public class TokenizeTests
{
    private static readonly string[] Texts = ["the cat sat on the mat", "the dog sat on the log", "a cat and a dog"];

    [Fact]
    public void Words_go_by_frequency_and_then_in_order()
    {
        var fitted = TextRecords.Tokenizer("""{"kind":"whitespace","max_length":6,"min_count":2,"special_tokens":"bos-eos"}""", Texts);
        var vocabulary = fitted.Outputs[0].Vocabulary!;
        Assert.Equal(["[PAD]", "[UNK]", "[BOS]", "[EOS]", "the", "a", "cat", "dog", "on", "sat"], Enumerable.Range(0, vocabulary.Count).Select(id => vocabulary[id]));
        Assert.Equal((0, 1, 2, 3), (vocabulary.PaddingId, vocabulary.UnknownId, vocabulary.BeginId!.Value, vocabulary.EndId!.Value));
        Assert.Equal(new ShardColumn("text", ElementType.Int32, [6]), Assert.Single(fitted.Columns));
        Assert.Equal([2, 4, 6, 1, 3, 0], fitted.Values<int>(TextRecords.Text("the cat slept"), 0));
        Assert.Equal("the cat [UNK]", vocabulary.Decode([2, 4, 6, 1, 3, 0]));
        Assert.Equal([2, 3, 0, 0, 0, 0], fitted.Values<int>(TextRecords.Text(""), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => vocabulary.Decode([10]));
        Assert.Throws<ArgumentOutOfRangeException>(() => vocabulary[-1]);
    }

    [Fact]
    public void The_size_of_a_vocabulary_is_its_most()
    {
        var fitted = TextRecords.Tokenizer("""{"kind":"whitespace","max_length":6,"min_count":1,"vocabulary_size":8}""", Texts);
        Assert.Equal(["the", "a", "cat", "dog", "on", "sat"], fitted.Tokens("the a cat dog on sat"));
        Assert.Equal(["[UNK]", "[UNK]"], fitted.Tokens("mat log"));
    }

    [Theory]
    [InlineData("right", "right", "", "1 2 3 4 5 6", "1 2 3 4 5 6")]
    [InlineData("right", "right", "", "1 2 3 4 5 6 7 8 9", "1 2 3 4 5 6")]
    [InlineData("left", "right", "", "1 2 3 4 5 6 7 8 9", "4 5 6 7 8 9")]
    [InlineData("middle", "right", "", "1 2 3 4 5 6 7 8 9", "1 2 3 7 8 9")]
    [InlineData("middle", "right", "cls-sep", "1 2 3 4 5 6 7 8 9", "[CLS] 1 2 8 9 [SEP]")]
    [InlineData("left", "left", "cls-sep", "1 2 3 4 5 6 7 8 9", "[CLS] 6 7 8 9 [SEP]")]
    [InlineData("right", "left", "", "1 2", "[PAD] [PAD] [PAD] [PAD] 1 2")]
    [InlineData("right", "left", "cls-sep", "1 2", "[PAD] [PAD] [CLS] 1 2 [SEP]")]
    [InlineData("right", "right", "cls-sep", "1 2", "[CLS] 1 2 [SEP] [PAD] [PAD]")]
    [InlineData("middle", "left", "", "", "[PAD] [PAD] [PAD] [PAD] [PAD] [PAD]")]
    public void Long_texts_are_cut_and_short_ones_filled_up(string truncate, string pad, string special, string text, string expected)
    {
        foreach (var (second, column) in new[] { ("mask", "text_mask"), ("mask-int32", "text_mask"), ("length", "text_length") })
        {
            var pipeline = TextRecords.Tokenizer(
                $$"""{"kind":"whitespace","max_length":6,"truncate":"{{truncate}}","pad":"{{pad}}","special_tokens":"{{(special.Length > 0 ? special : "none")}}","vocabulary":["1","2","3","4","5","6","7","8","9"],"second_output":"{{second}}"}""");
            Assert.Equal(0, pipeline.FitPasses);
            var fitted = pipeline.Finish(pipeline.Unfitted);
            var record = TextRecords.Text(text);
            var ids = fitted.Values<int>(record, 0);
            Assert.Equal(expected.Split(' '), ids.Select(id => fitted.Outputs[0].Vocabulary![id]));

            Assert.Equal(column, fitted.Columns[1].Name);
            int[] used = [.. ids.Select(id => id == 0 ? 0 : 1)];
            Assert.Equal(second == "length" ? [used.Sum()] : used,
                second == "mask" ? [.. fitted.Values<byte>(record, 1).Select(one => (int)one)] : fitted.Values<int>(record, 1));
        }
    }

    [Fact]
    public void A_row_of_one_token_can_be_cut_in_the_middle()
    {
        var fitted = Given("""{"kind":"whitespace","max_length":1,"truncate":"middle","vocabulary":["a","b"]}""");
        Assert.Equal([2], fitted.Values<int>(TextRecords.Text("a b b"), 0));
    }

    [Theory]
    [InlineData("bpe", "bytes")]
    [InlineData("bpe", "characters")]
    [InlineData("wordpiece", "bytes")]
    [InlineData("whitespace", "bytes")]
    public void What_one_pipeline_learned_can_be_given_to_another(string kind, string units)
    {
        var common = $"\"kind\":\"{kind}\",\"units\":\"{units}\",\"max_length\":32";
        var learned = TextRecords.Tokenizer($"{{{common},\"vocabulary_size\":300,\"min_count\":1}}", Texts);
        using var json = System.Text.Json.JsonDocument.Parse(learned.ToJson());
        var fitted = json.RootElement.GetProperty("transforms")[0].GetProperty("fitted");
        var given = Given($"{{{common},\"vocabulary\":{fitted.GetProperty("tokens")},\"merges\":{fitted.GetProperty("merges")}}}");
        foreach (var text in Texts.Append("a new text on cats"))
            Assert.Equal(learned.Ids(text), given.Ids(text));
        Assert.Equal(learned.Outputs[0].Vocabulary!.Count, given.Outputs[0].Vocabulary!.Count);
    }

    [Fact]
    public void Bytes_bring_every_text_back()
    {
        var fitted = TextRecords.Tokenizer("""{"max_length":1000,"vocabulary_size":400,"min_count":1}""", [.. Texts, "Größe 漢字 🙂🙂 Größe"]);
        var vocabulary = fitted.Outputs[0].Vocabulary!;
        TextRecords.AnyText.Sample(text => Assert.Equal(text, vocabulary.Decode(fitted.Ids(text))), iter: 3_000, threads: 1);
        Assert.True(fitted.Ids(" the cat and the dog Größe").Length < 12);
        Assert.Equal("a\uFFFDb", vocabulary.Decode(fitted.Ids("a\uD83Db")));
    }

    [Fact]
    public void Tokens_have_a_longest()
    {
        // A word of 200 characters, three bytes each, would become one token of 600.
        var word = string.Concat(Enumerable.Range(0, 200).Select(i => (char)(0x4E00 + i)));
        var fitted = TextRecords.Tokenizer("""{"max_length":1000,"vocabulary_size":2000,"min_count":1}""", word, word);
        Assert.InRange(fitted.Tokens(word).Length, 3, 5);
        Assert.All(fitted.Tokens(word), token => Assert.InRange(token.Length, 1, 256));
        Assert.Equal(word, fitted.Outputs[0].Vocabulary!.Decode(fitted.Ids(word)));
        Assert.Equal(fitted.Ids(word), FittedPipeline.Parse(fitted.ToJson()).Ids(word));
    }

    [Fact]
    public void Characters_bring_back_what_they_know()
    {
        var fitted = TextRecords.Tokenizer("""{"units":"characters","max_length":1000,"min_count":1}""", [.. Texts, "🙂"]);
        var vocabulary = fitted.Outputs[0].Vocabulary!;
        Assert.Equal("the cat, \nsat 🙂 on".Replace(",", "[UNK]").Replace("\n", "[UNK]"), vocabulary.Decode(fitted.Ids("the cat, \nsat 🙂 on")));
    }

    [Fact]
    public void Parts_of_words_are_put_together_again()
    {
        var fitted = Given("""{"kind":"wordpiece","max_length":9,"vocabulary":["un","##aff","##able","##s","x","#"]}""");
        Assert.Equal(["un", "##aff", "##able", "#", "#", "x", "##s", "[UNK]"], fitted.Tokens("unaffable ##xs any"));
        Assert.Equal("unaffable # # xs [UNK]", fitted.Outputs[0].Vocabulary!.Decode(fitted.Ids("unaffable ##xs any")));
    }

    [Fact]
    public void A_text_stops_at_its_end()
    {
        var vocabulary = Given("""{"kind":"whitespace","max_length":9,"special_tokens":"bos-eos","vocabulary":["a","b"]}""").Outputs[0].Vocabulary!;
        Assert.Equal("a b", vocabulary.Decode([2, 4, 0, 5, 3, 4, 4]));
        Assert.Equal("", vocabulary.Decode([]));
    }

    [Fact]
    public void Two_texts_share_a_vocabulary()
    {
        var pipeline = Pipeline.Create(
            new([TransformSpec.Of("tokenize", """{"kind":"whitespace","max_length":3,"min_count":1,"second_output":"length"}""", inputs: ["source", "target"])]), TextRecords.Pairs);
        var fitted = Pipelines.Fit(pipeline, [TextRecords.Pair("one two", "eins zwei"), TextRecords.Pair("one", "eins")]);
        Assert.Equal(["source", "target", "source_length", "target_length"], fitted.Columns.Select(column => column.Name));
        var record = TextRecords.Pair("zwei one", "two");
        Assert.Equal([5, 3, 0], fitted.Values<int>(record, 0));
        Assert.Equal([4, 0, 0], fitted.Values<int>(record, 1));
        Assert.Equal([2, 1], [fitted.Values<int>(record, 2)[0], fitted.Values<int>(record, 3)[0]]);
        Assert.Equal(4 + 2, fitted.Output("target")!.Vocabulary!.Count);
        Assert.Null(fitted.Output("target_length")!.Vocabulary);
    }

    [Theory]
    [InlineData("{}", "parameters.max_length is required")]
    [InlineData("""{"max_length":2,"special_tokens":"bos-eos"}""", "parameters.max_length leaves no room")]
    [InlineData("""{"max_length":65537}""", "parameters.max_length must be an integer from 1 to 65536")]
    [InlineData("""{"max_length":2,"vocabulary_size":259,"special_tokens":"none"}""", "")]
    [InlineData("""{"max_length":2,"vocabulary_size":257}""", "parameters.vocabulary_size must be 258 at least")]
    [InlineData("""{"max_length":2,"punctuation":"keep"}""", "parameters.punctuation can be kept")]
    [InlineData("""{"max_length":2,"merges":["a b"]}""", "parameters.merges are given together with vocabulary")]
    [InlineData("""{"max_length":2,"vocabulary":["a"]}""", "parameters.vocabulary has no token for the byte")]
    [InlineData("""{"max_length":2,"units":"characters","vocabulary":["a","b","ab"],"merges":["a b"]}""", "")]
    [InlineData("""{"max_length":2,"units":"characters","vocabulary":["a","b"],"merges":["a b"]}""", "parameters.merges has 'a b'")]
    [InlineData("""{"max_length":2,"units":"characters","vocabulary":["a b"]}""", "parameters.vocabulary has 'a b'")]
    [InlineData("""{"max_length":2,"kind":"whitespace","vocabulary":["a\tb"]}""", "parameters.vocabulary has 'a\tb', and tokens have no white space")]
    [InlineData("""{"max_length":2,"kind":"wordpiece","vocabulary":["[PAD]"]}""", "parameters.vocabulary has '[PAD]', which is a special token")]
    [InlineData("""{"max_length":2,"kind":"wordpiece","vocabulary":["a"],"merges":["a a"]}""", "parameters.merges are of kind bpe alone")]
    public void Parameters_are_checked(string parameters, string problem)
    {
        var violations = Pipeline.Validate(new([TransformSpec.Of("tokenize", parameters)]));
        if (problem.Length == 0)
            Assert.Empty(violations);
        else
            Assert.Contains($"transforms[0].{problem}", Assert.Single(violations).ToString());
    }

    [Fact]
    public void A_missing_text_and_a_column_of_another_kind_are_refused()
    {
        var e = Assert.Throws<TransformException>(() => TextRecords.Tokenizer("""{"max_length":4}""", "a", null!));
        Assert.Equal("'text' is missing", e.Reason);
        Assert.Equal("'text' is missing", Assert.Throws<TransformException>(() => TextRecords.Tokenizer("""{"max_length":4}""", "a").Row(TextRecords.Text(null))).Reason);
        Assert.Contains("must be text", Assert.Single(Pipeline.Validate(
            new([TransformSpec.Of("tokenize", """{"max_length":4}""")]), new RecordSchema(new RecordColumn("text", ColumnKind.Number)))).Description);
        Assert.Contains("nothing 2 times or more", Assert.Throws<TransformException>(() => TextRecords.Tokenizer("""{"kind":"whitespace","max_length":4}""", "a b c")).Reason);
    }

    [Fact]
    public void A_known_text_allocates_nothing()
    {
        foreach (var kind in new[] { "bpe", "whitespace", "wordpiece" })
        {
            var fitted = TextRecords.Tokenizer($$"""{"kind":"{{kind}}","max_length":64,"min_count":1}""", Texts);
            using var rows = RowBatch.Rent(fitted.Columns, 1);
            var record = TextRecords.Text(string.Join(' ', Texts));
            // A collection that other tests cause empties the pools that it works with: so the best of some tries counts.
            Assert.Equal(0, Enumerable.Range(0, 10).Min(_ => Allocated(() => fitted.ApplyRecord(record, rows[0]))));
        }
    }

    /// <summary>Bytes that a thousand calls allocate on this thread.</summary>
    private static long Allocated(Action call)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            call();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static FittedPipeline Given(string parameters)
    {
        var pipeline = TextRecords.Tokenizer(parameters);
        return pipeline.Finish(pipeline.Unfitted);
    }
}
