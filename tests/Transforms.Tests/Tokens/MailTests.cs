using System.Diagnostics;
using System.Text.Json;
using Mesh.Tests.Shared;
using Mesh.Transforms.Tests.Support;
using Mesh.Transforms.Tokens;
using Mesh.Transforms.Tokens.Training;
using Mesh.Transforms.Tokens.Words;

namespace Mesh.Transforms.Tests.Tokens;

/// <summary>6,046 real mails, 31 MB, whose words numpy and Python counted.</summary>
public class MailTests
{
    private static readonly PlainWords Splitter = new(keepPunctuation: true);

    [Fact]
    public void Words_are_counted_as_the_golden_counts_them()
    {
        var golden = DataSets.Golden("spam");
        var counts = new WordCounts();
        foreach (var text in Mails())
            counts.Add(text, Splitter, int.MaxValue);
        Assert.Equal(0, counts.Level);
        Assert.Equal(golden.GetProperty("tokens").GetInt64(), counts.Words.Sum(word => word.Value));
        Assert.Equal(golden.GetProperty("vocabulary").GetInt32(), counts.Count);

        var top = golden.GetProperty("top").EnumerateArray().Select(word => KeyValuePair.Create(word[0].GetString()!, word[1].GetInt64())).ToArray();
        var found = counts.Words.ToDictionary();
        Assert.All(top, word => Assert.Equal(word.Value, found[word.Key]));
        var settings = new TokenizerSettings(TokenKind.Word, true, 22, 2, SpecialTokens.Of("none"));
        Assert.Equal(top.Select(word => word.Key), VocabularyTraining.Train(settings, counts).Tokens);
    }

    [Fact]
    public void Ids_say_which_mails_have_a_word()
    {
        var golden = DataSets.Golden("spam");
        string[] words = [.. golden.GetProperty("mailsWith").EnumerateObject().Select(word => word.Name)];
        var pipeline = TextRecords.Tokenizer(JsonSerializer.Serialize(new { max_length = 65536, kind = "whitespace", punctuation = "keep", vocabulary = words }));
        var fitted = pipeline.Finish(pipeline.Unfitted);
        var with = new int[words.Length];
        using var rows = RowBatch.Rent(fitted.Columns, 1);
        foreach (var text in Mails())
        {
            fitted.ApplyRecord(TextRecords.Text(text), rows[0]);
            var ids = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(rows.Column(0).Span);
            for (var i = 0; i < words.Length; i++)
                with[i] += ids.Contains(2 + i) ? 1 : 0;
        }

        Assert.Equal(words.Select(word => golden.GetProperty("mailsWith").GetProperty(word).GetInt32()), with);
    }

    [Fact]
    public void A_hundred_megabytes_train_8000_merges_well_within_a_minute()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("MESH_TESTS_FULL") == "1", "takes half a minute: tests/run --full");
        foreach (var kind in new[] { TokenKind.BytePair, TokenKind.CharacterPair, TokenKind.WordPiece })
        {
            var settings = new TokenizerSettings(kind, false, 8258, 2, SpecialTokens.Of("none"));
            var (counts, splitter) = (new WordCounts(), settings.Splitter());
            var texts = Mails().ToArray();
            var (characters, clock) = (0L, Stopwatch.StartNew());
            while (characters < 100_000_000)
            {
                foreach (var text in texts)
                {
                    counts.Add(text, splitter, settings.MaximumWord);
                    characters += text.Length;
                }
            }

            var counted = clock.Elapsed;
            var learned = VocabularyTraining.Train(settings, counts);
            TestContext.Current.TestOutputHelper!.WriteLine(
                $"{kind}: {characters / 1e6:0} MB, {counts.Count} words, {learned.Tokens.Count} tokens: {counted.TotalSeconds:0.0} s to count, {(clock.Elapsed - counted).TotalSeconds:0.0} s to train");
            Assert.Equal(8256, learned.Tokens.Count);
            Assert.InRange(clock.Elapsed.TotalSeconds, 0, 60);
        }
    }

    /// <summary>Lower-cased by byte, as the golden's words are; bytes beyond ASCII are ideographs here, which are neither white space nor capitals.</summary>
    private static IEnumerable<string> Mails() =>
        Directory.EnumerateFiles(Path.Combine(DataSets.Path("spam"), "mail"), "*.txt", SearchOption.AllDirectories).Select(file => new string(Array.ConvertAll(
            File.ReadAllBytes(file), value => value < 128 ? char.ToLowerInvariant((char)value) : (char)(0x4E00 + value))));
}
