using CsCheck;
using Mesh.Transforms.Tokens;
using Mesh.Transforms.Tokens.Pieces;
using Mesh.Transforms.Tokens.Training;

namespace Mesh.Transforms.Tests.Tokens;

/// <summary>Words into pieces, against programs that are as plain as the definitions.</summary>
public class SegmentationTests
{
    private const int First = 2;

    private static readonly Gen<string> Word = Gen.OneOf<string>("a", "b", "c", "d", "é", "🙂", "z").Array[1, 12].Select(string.Concat);

    private static readonly Gen<KeyValuePair<string, long>[]> Words = Gen.Select(Word, Gen.Long[1, 9]).Array[1, 20].Select(
        drawn => drawn.GroupBy(one => one.Item1).Select(one => KeyValuePair.Create(one.Key, one.Sum(count => count.Item2))).ToArray());

    [Fact]
    public void WordPiece_takes_the_longest_token_that_fits()
    {
        Gen.Select(Words, Word.Array[1, 20], Gen.Int[8, 40]).Sample((training, words, size) =>
        {
            var alphabet = Alphabet.Of(training, marksContinuing: true, size, 2);
            var tokens = PairTraining.WordPieces(training, alphabet, size, 1).Tokens;
            if (tokens.Count == 0)
                return;
            var encoder = new RememberedWords(new WordPieces(SpecialTokens.Of("none"), tokens));
            foreach (var word in words.Concat(words))
                Assert.Equal(Greedy(tokens, word), Encode(encoder, word, tokens));
        }, iter: 300, threads: 1);
    }

    [Fact]
    public void Words_too_long_for_WordPiece_are_unknown()
    {
        var encoder = new WordPieces(SpecialTokens.Of("none"), ["a", "##a"]);
        Assert.Equal(100, Encode(encoder, new string('a', 100), ["a", "##a"]).Count);
        Assert.Equal(["[UNK]"], Encode(encoder, new string('a', 101), ["a", "##a"]));
    }

    [Fact]
    public void Pairs_are_joined_in_the_order_of_the_merges()
    {
        Gen.Select(Words, Word.Array[1, 20], Gen.Int[8, 40]).Sample((training, words, size) =>
        {
            var alphabet = Alphabet.Of(training, marksContinuing: false, size, 2);
            var (tokens, merges) = PairTraining.BytePairs(training, alphabet, size, 1);
            if (tokens.Count == 0)
                return;
            var encoder = new RememberedWords(new BytePairs(tokens, merges, First, bytes: false));
            foreach (var word in words.Concat(words))
                Assert.Equal(Merge(tokens, merges, word), Encode(encoder, word, tokens));
        }, iter: 300, threads: 1);
    }

    [Fact]
    public void Merges_in_any_order_are_applied_as_ranked()
    {
        // Not learned but drawn: two ways to make a token, and merges that come too late.
        var parts = Gen.Char['a', 'c'].Array[1, 3].Select(letters => new string(letters));
        Gen.Select(Gen.Select(parts, parts).Array[0, 12], Gen.Char['a', 'd'].Array[1, 14].Select(letters => new string(letters)).Array[1, 10]).Sample((pairs, words) =>
        {
            var tokens = new List<string> { "a", "b", "c" };
            var merges = new List<string>();
            foreach (var (left, right) in pairs)
            {
                if (!tokens.Contains(left) || !tokens.Contains(right) || merges.Contains($"{left} {right}"))
                    continue;
                merges.Add($"{left} {right}");
                if (!tokens.Contains(left + right))
                    tokens.Add(left + right);
            }

            var encoder = new BytePairs(tokens, merges, First, bytes: false);
            foreach (var word in words)
                Assert.Equal(Merge(tokens, merges, word), Encode(encoder, word, tokens));
        }, iter: 500, threads: 1);
    }

    private static List<string> Greedy(IReadOnlyList<string> tokens, string word)
    {
        var pieces = new List<string>();
        for (var start = 0; start < word.Length; start += pieces[^1].Length - (start > 0 ? 2 : 0))
        {
            var fits = Enumerable.Range(1, word.Length - start).Reverse().Select(length => (start > 0 ? "##" : "") + word.Substring(start, length)).FirstOrDefault(tokens.Contains);
            if (fits is null)
                return ["[UNK]"];
            pieces.Add(fits);
        }

        return pieces;
    }

    private static List<string> Merge(IReadOnlyList<string> tokens, IReadOnlyList<string> merges, string word)
    {
        var pieces = word.EnumerateRunes().Select(rune => tokens.Contains(rune.ToString()) ? rune.ToString() : "[UNK]").ToList();
        while (true)
        {
            var best = Enumerable.Range(0, Math.Max(0, pieces.Count - 1))
                .Select(i => (Rank: merges.ToList().IndexOf($"{pieces[i]} {pieces[i + 1]}"), Place: i))
                .Where(pair => pair.Rank >= 0).DefaultIfEmpty((Rank: -1, Place: -1)).Min();
            if (best.Rank < 0)
                return pieces;
            pieces[best.Place] += pieces[best.Place + 1];
            pieces.RemoveAt(best.Place + 1);
        }
    }

    private static List<string> Encode(IWordEncoder encoder, string word, IReadOnlyList<string> tokens)
    {
        var ids = new List<int>();
        encoder.Encode(word, ids);
        return [.. ids.Select(id => id == SpecialTokens.Unknown ? "[UNK]" : tokens[id - First])];
    }
}
