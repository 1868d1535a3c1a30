using Mesh.Tests.Shared;
using Mesh.Transforms.Tests.Support;

namespace Mesh.Transforms.Tests.Tokens;

/// <summary>The messages of GIMP in English and German, as a translator would be trained on them.</summary>
public class SentencePairTests
{
    private const int Length = 48;

    private static readonly Lazy<(string English, string German)[]> Pairs = new(() => [.. File.ReadLines(Path.Combine(DataSets.Path("en-de"), "pairs.tsv"))
        .Skip(1).Where(line => !line.Contains('"')).Select(line => line.Split('\t')).Where(fields => fields.Length == 4).Select(fields => (fields[0], fields[1]))]);

    [Fact]
    public void Both_sides_share_tokens_and_come_back_as_they_were()
    {
        Assert.InRange(Pairs.Value.Length, 8000, 9009);
        var pipeline = Pipeline.Create(new([TransformSpec.Of("tokenize",
            $$"""{"max_length":{{Length}},"vocabulary_size":4000,"special_tokens":"bos-eos","second_output":"length"}""", inputs: ["source", "target"])]), TextRecords.Pairs);
        var fitted = Pipelines.Fit(pipeline, [.. Pairs.Value.Take(6000).Select(pair => TextRecords.Pair(pair.English, pair.German))]);
        var vocabulary = fitted.Output("target")!.Vocabulary!;
        Assert.Equal(4000, vocabulary.Count);

        var (tokens, bytes, whole) = (0L, 0L, 0);
        foreach (var (english, german) in Pairs.Value)
        {
            var row = fitted.Row(TextRecords.Pair(english, german));
            foreach (var (column, text) in new[] { (0, english), (1, german) })
            {
                var ids = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(row[column]);
                var used = BitConverter.ToInt32(row[column + 2]);
                Assert.Equal(Length, ids.Length);
                Assert.Equal((2, 3), (ids[0], ids[used - 1]));
                Assert.Equal(-1, ids[used..].IndexOfAnyExcept(0));
                Assert.Equal(-1, ids[1..(used - 1)].IndexOfAnyInRange(0, 3));
                if (used == Length)
                {
                    Assert.StartsWith(vocabulary.Decode(ids).TrimEnd('\uFFFD'), text, StringComparison.Ordinal);
                    continue;
                }

                Assert.Equal(text, vocabulary.Decode(ids));
                (tokens, bytes, whole) = (tokens + used - 2, bytes + System.Text.Encoding.UTF8.GetByteCount(text), whole + 1);
            }
        }

        // Most messages fit, and tokens are parts of words, not letters.
        Assert.True(whole > Pairs.Value.Length * 1.9, $"{whole} fit");
        Assert.True(bytes > 3.5 * tokens, $"{bytes} bytes in {tokens} tokens");
    }

    [Fact]
    public void Each_side_can_have_tokens_of_its_own()
    {
        var pipeline = Pipeline.Create(new([
            TransformSpec.Of("tokenize", """{"kind":"wordpiece","max_length":32,"vocabulary_size":1000}""", inputs: ["source"], name: "english"),
            TransformSpec.Of("tokenize", """{"kind":"whitespace","max_length":32,"vocabulary_size":500}""", inputs: ["target"], name: "german"),
        ]), TextRecords.Pairs);
        var fitted = Pipelines.Fit(pipeline, [.. Pairs.Value.Take(2000).Select(pair => TextRecords.Pair(pair.English, pair.German))]);
        var (english, german) = (fitted.Output("source")!.Vocabulary!, fitted.Output("target")!.Vocabulary!);
        Assert.Equal((1000, 500), (english.Count, german.Count));
        var row = fitted.Row(TextRecords.Pair("Image and Layer", "und das Bild"));
        Assert.Equal("Image and Layer", english.Decode(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(row[0])));
        Assert.Equal("und das Bild", german.Decode(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(row[1])));
    }
}
