using CsCheck;
using Mesh.Transforms.Tokens.Training;
using Mesh.Transforms.Tokens.Words;

namespace Mesh.Transforms.Tests.Tokens;

public class WordCountsTests
{
    private static readonly PlainWords Splitter = new(keepPunctuation: false);

    private static readonly Gen<string[]> Texts = Gen.Char['a', 'h'].Array[1, 3].Select(letters => new string(letters)).Array[0, 30].Select(words => string.Join(' ', words)).Array[1, 20];

    [Fact]
    public void Words_are_counted()
    {
        var counts = Count(["to be, or not", "to be"]);
        Assert.Equal(0, counts.Level);
        Assert.Equal(["be 2", "not 1", "or 1", "to 2", ", 1"], counts.Words.Select(word => $"{word.Key} {word.Value}").OrderBy(word => word == ", 1").ThenBy(word => word));
        counts.Add("not " + new string('x', 65), Splitter, 64);
        Assert.Equal(5, counts.Count);
    }

    [Theory]
    [InlineData(1_000_000)]
    [InlineData(2_000)] // 47 words
    [InlineData(200)]
    [InlineData(30)] // none
    public void Any_split_in_any_order_gives_the_same_bytes(long capacity)
    {
        Gen.Select(Texts, Gen.Int[1, 5], Gen.Int).Sample((texts, parts, seed) =>
        {
            var random = new Random(seed);
            var all = Enumerable.Range(0, parts).Select(_ => new WordCounts(capacity)).ToArray();
            var shuffled = texts.ToArray();
            random.Shuffle(shuffled);
            foreach (var text in shuffled)
                all[random.Next(parts)].Add(text, Splitter, 64);
            var merged = new WordCounts(capacity);
            foreach (var part in all)
                merged.Merge(Load(Save(part), capacity));
            Assert.Equal(Save(Count(texts, capacity)), Save(merged));
        }, iter: 100, threads: 1);
    }

    [Fact]
    public void Common_words_survive_with_their_share()
    {
        // 40,000 words that come once, among which one comes 20,000 times.
        var texts = Enumerable.Range(0, 400).Select(i => string.Join(' ', Enumerable.Range(0, 100).Select(j => $"w{i * 100 + j}{(j % 2 == 0 ? " the" : "")}"))).ToArray();
        var counts = Count(texts, capacity: 100_000);
        // Each word costs 45 or 46, and one in 32 of them, some 1,250, is what fits in the end.
        Assert.Equal(5, counts.Level);
        Assert.InRange(counts.Count, 1000, 1500);
        // Of the 20,000 it has 625, with a standard deviation of 25; six of these are 4,800.
        Assert.InRange(counts.Words.Single(word => word.Key == "the").Value, 15_200, 24_800);
    }

    [Fact]
    public void Copies_of_a_text_count_alike()
    {
        var counts = Count([.. Enumerable.Repeat("one two three", 1000)]);
        Assert.All(counts.Words, word => Assert.Equal(1000, word.Value));
    }

    [Fact]
    public void Hostile_bytes_are_refused_or_a_state_like_any_other()
    {
        var good = Save(Count(["a b c aa bb", "a b", "a"]));
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Array[1, 3].Sample(changes =>
        {
            var bad = good.ToArray();
            foreach (var (at, value) in changes)
                bad[at] = value;
            try
            {
                Assert.Equal(bad, Save(Load(bad, 1000)));
            }
            catch (PipelineSpecException)
            {
            }
        }, iter: 5_000, threads: 1);
        Assert.Throws<PipelineSpecException>(() => Load(good, capacity: 100));
    }

    private static WordCounts Count(string[] texts, long capacity = WordCounts.StandardCapacity)
    {
        var counts = new WordCounts(capacity);
        foreach (var text in texts)
            counts.Add(text, Splitter, 64);
        return counts;
    }

    private static byte[] Save(WordCounts counts)
    {
        var writer = new FitWriter();
        counts.Save(writer);
        return writer.Written.ToArray();
    }

    private static WordCounts Load(byte[] bytes, long capacity)
    {
        var (reader, counts) = (new FitReader(bytes, "transforms[0]"), new WordCounts(capacity));
        counts.Load(reader, 64);
        reader.End();
        return counts;
    }
}
