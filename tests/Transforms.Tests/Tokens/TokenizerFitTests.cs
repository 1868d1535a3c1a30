using System.Text;
using CsCheck;
using Mesh.Transforms.Tests.Support;

namespace Mesh.Transforms.Tests.Tokens;

public class TokenizerFitTests
{
    private static readonly string[] Kinds =
    [
        """{"max_length":16,"vocabulary_size":280,"min_count":1}""",
        """{"max_length":16,"units":"characters","vocabulary_size":40,"min_count":2,"special_tokens":"cls-sep"}""",
        """{"max_length":16,"kind":"whitespace","vocabulary_size":20,"min_count":1}""",
        """{"max_length":16,"kind":"wordpiece","vocabulary_size":40,"min_count":1}""",
    ];

    [Fact]
    public void Any_split_in_any_order_learns_the_same()
    {
        var texts = TextRecords.AnyText.Array[1, 12];
        foreach (var parameters in Kinds)
        {
            var pipeline = TextRecords.Tokenizer(parameters);
            Gen.Select(texts, Gen.Int[1, 4], Gen.Int).Sample((all, parts, seed) =>
            {
                all = [.. all, "the the cat"];
                var whole = pipeline.NewFitter();
                foreach (var text in all)
                    whole.Observe(TextRecords.Text(text));
                var random = new Random(seed);
                var fitters = Enumerable.Range(0, parts).Select(_ => pipeline.NewFitter()).ToArray();
                random.Shuffle(all);
                foreach (var text in all)
                    fitters[random.Next(parts)].Observe(TextRecords.Text(text));
                var merged = pipeline.NewFitter();
                foreach (var fitter in fitters)
                    merged.Merge(pipeline.LoadFitter(fitter.Save(), pipeline.Unfitted));
                Assert.Equal(whole.Save(), merged.Save());
                Assert.Equal(whole.Complete().ToJson(), merged.Complete().ToJson());
            }, iter: 40, threads: 1);
        }
    }

    [Fact]
    public void What_is_read_back_does_the_same()
    {
        foreach (var parameters in Kinds)
        {
            var fitted = TextRecords.Tokenizer(parameters, "the cat sat on the mat", "Größe 🙂 Größe");
            var copy = FittedPipeline.Parse(fitted.ToJson());
            Assert.Equal(fitted.ToJson(), copy.ToJson());
            TextRecords.AnyText.Sample(text =>
            {
                var ids = fitted.Ids(text);
                Assert.Equal(ids, copy.Ids(text));
                Assert.Equal(fitted.Outputs[0].Vocabulary!.Decode(ids), copy.Outputs[0].Vocabulary!.Decode(ids));
            }, iter: 200, threads: 1);
        }
    }

    [Fact]
    public void Changed_state_is_another_one_or_refused()
    {
        var change = Gen.Select(Gen.Int[0, 2], Gen.Int[0, 1 << 20], Gen.Byte).Array[1, 3];
        foreach (var parameters in Kinds)
        {
            var pipeline = TextRecords.Tokenizer(parameters);
            var fitter = pipeline.NewFitter();
            fitter.Observe(TextRecords.Text("the cat sat on the mat"));
            var (partial, good) = (fitter.Save(), pipeline.Finish(fitter.Complete()).ToJson());
            change.Sample(changes =>
            {
                try
                {
                    var bad = Changed(partial, changes, 37);
                    var loaded = pipeline.LoadFitter(bad, pipeline.Unfitted);
                    Assert.Equal(bad, loaded.Save());
                    loaded.Complete();
                }
                catch (Exception e) when (e is PipelineSpecException or TransformException)
                {
                }

                try
                {
                    var fitted = FittedPipeline.Parse(Changed(good, changes, 0));
                    var ids = fitted.Values<int>(TextRecords.Text("the cat, a dog"), 0);
                    fitted.Outputs[0].Vocabulary!.Decode(ids);
                }
                catch (Exception e) when (e is PipelineSpecException or TransformException or ArgumentException { ParamName: "schema" })
                {
                }
            }, iter: 500, threads: 1);
        }
    }

    [Theory]
    [InlineData("\"tokens\":[\"!\"", "\"tokens\":[\"\\\"\"", "transforms[0].fitted.tokens")] // twice
    [InlineData("\"tokens\":[\"!\"", "\"tokens\":[\"\"", "transforms[0].fitted.tokens")]
    [InlineData("\"tokens\":[\"!\"", "\"tokens\":[\"! \"", "transforms[0].fitted.tokens")]
    [InlineData("\"tokens\":[\"!\"", "\"tokens\":[7", "transforms[0].fitted.tokens")]
    [InlineData("\"t h\"", "\"t  h\"", "transforms[0].fitted.merges")]
    [InlineData("\"t h\"", "\"t\"", "transforms[0].fitted.merges")]
    [InlineData("\"t h\"", "\"h t\"", "transforms[0].fitted.merges")]
    [InlineData("\"fitted\":{", "\"fitted\":{\"more\":1,", "transforms[0].fitted.more")]
    [InlineData("\"vocabulary_size\":400", "\"vocabulary_size\":260", "transforms[0].fitted.tokens")]
    public void Damage_is_named(string found, string replaced, string field)
    {
        var json = Encoding.UTF8.GetString(TextRecords.Tokenizer("""{"max_length":8,"vocabulary_size":400}""", "that this there them").ToJson());
        Assert.Contains(found, json);
        var damaged = json.Replace(found, replaced);
        Assert.Equal(field, Assert.Throws<PipelineSpecException>(() => FittedPipeline.Parse(Encoding.UTF8.GetBytes(damaged))).Violations[0].Field);
    }

    private static byte[] Changed(byte[] good, (int Kind, int At, byte Value)[] changes, int header)
    {
        var bytes = good.ToList();
        foreach (var (kind, at, value) in changes)
        {
            var place = header + at % (bytes.Count - header);
            if (kind == 0)
                bytes[place] = value;
            else if (kind == 1)
                bytes.Insert(place, value);
            else
                bytes.RemoveAt(place);
        }

        return [.. bytes];
    }
}
