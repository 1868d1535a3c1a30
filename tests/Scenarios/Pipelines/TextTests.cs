using System.Text;
using System.Text.Json;
using Mesh.Tests.Shared;

namespace Mesh.Scenarios.Pipelines;

/// <summary>Real texts, from raw files to shards. Python trained the same vocabularies and encoded the same texts.</summary>
[Collection("pipelines")]
public sealed class TextTests(PipelineMesh mesh)
{
    [Fact]
    public async Task Mails_that_are_spam_or_not()
    {
        var folder = DataSets.Path("spam");
        await mesh.CommandAsync("dataset", "upload", "spam", Path.Combine(folder, "spam.zip"), "--encoding", "iso-8859-1");
        using var shards = await mesh.ProcessAsync("text-classification-spam", "spam");
        var golden = DataSets.Golden("spam").GetProperty("shards");
        Vocabularies_are_those_that_Python_learned(shards, golden, specialTokens: 2);
        new ShardGolden(golden).Verify(shards);
    }

    [Fact]
    public async Task Sentences_in_two_languages()
    {
        var folder = DataSets.Path("en-de");
        await mesh.UploadAsync("en-de", Directory.EnumerateFiles(Path.Combine(folder, "mo")).Order(StringComparer.Ordinal));
        using var shards = await mesh.ProcessAsync("translation-en-de", "en-de");
        var golden = DataSets.Golden("en-de").GetProperty("shards");
        Vocabularies_are_those_that_Python_learned(shards, golden, specialTokens: 4);
        new ShardGolden(golden).Verify(shards);
    }

    private static void Vocabularies_are_those_that_Python_learned(ProcessedShards shards, JsonElement golden, int specialTokens)
    {
        foreach (var vocabulary in golden.GetProperty("vocabularies").EnumerateObject())
        {
            var learned = shards.Learned(vocabulary.Name);
            string[] tokens = [.. Texts(learned.GetProperty("tokens"))], merges = [.. Texts(learned.GetProperty("merges"))];
            Assert.Equal(Texts(vocabulary.Value.GetProperty("firstMerges")), merges[..8]);
            Assert.Equal(Texts(vocabulary.Value.GetProperty("lastMerges")), merges[^4..]);
            Assert.Equal(vocabulary.Value.GetProperty("tokens").GetInt32(), tokens.Length);
            Assert.Equal(vocabulary.Value.GetProperty("merges").GetInt32(), merges.Length);

            // What the ids stand for is the text that went in.
            var column = vocabulary.Value.GetProperty("column").GetString()!;
            var last = shards.Splits["test"].Integers(column)[^shards.Splits["test"].Column(column).RowElements..];
            var text = Text(last.Where(id => id >= specialTokens).Select(id => tokens[(int)id - specialTokens]));
            var expected = vocabulary.Value.GetProperty("lastTestText").GetString()!;
            Assert.Equal(expected, text.Length > expected.Length ? text[..expected.Length] : text);
        }
    }

    /// <summary>Of tokens in GPT-2's alphabet: printable characters of Latin-1 are their own bytes, the others are numbered from U+0100 on.</summary>
    private static string Text(IEnumerable<string> tokens)
    {
        int[] others = [.. Enumerable.Range(0, 256).Where(value => value is < '!' or > '~' and < 0xA1 or 0xAD)];
        return Encoding.UTF8.GetString([.. string.Concat(tokens).Select(c => (byte)(c < 0x100 ? c : others[c - 0x100]))]);
    }

    private static IEnumerable<string> Texts(JsonElement list) => list.EnumerateArray().Select(text => text.GetString()!);
}
