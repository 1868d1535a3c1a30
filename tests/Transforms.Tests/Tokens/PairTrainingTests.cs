using CsCheck;
using Mesh.Transforms.Tokens.Training;

namespace Mesh.Transforms.Tests.Tokens;

public class PairTrainingTests
{
    // The dictionary of the program in Sennrich, Haddow and Birch (2016); · ends a word, as in their figure.
    private static readonly KeyValuePair<string, long>[] Sennrich = [new("low·", 5), new("lower·", 2), new("newest·", 6), new("widest·", 3)];

    [Fact]
    public void The_merges_of_Sennrich_et_al()
    {
        var alphabet = Alphabet.Of(Sennrich, marksContinuing: false, 100, 1);
        Assert.Equal(["d", "e", "i", "l", "n", "o", "r", "s", "t", "w", "·"], alphabet.Names);
        var learned = PairTraining.BytePairs(Sennrich, alphabet, 11 + 10, 1);

        // The paper's program prints these five, the first three with 9 occurrences, the others with 7. Then there are three pairs with 6:
        // e w, n e and w est·. Their successors have 6 too, then low · has 5, and d est·, i d and w i have 3.
        Assert.Equal(["e s", "es t", "est ·", "l o", "lo w", "e w", "ew est·", "n ewest·", "low ·", "d est·"], learned.Merges);
        Assert.Equal(["es", "est", "est·", "lo", "low", "ew", "ewest·", "newest·", "low·", "dest·"], learned.Tokens.Skip(11));
    }

    [Fact]
    public void The_figure_of_Sennrich_et_al()
    {
        // "Figure 2: BPE merge operations learned from dictionary {'low', 'lowest', 'newer', 'wider'}": r·, lo, low, er·. Of pairs that are twice there
        // the figure's order is one of many; ours begins with e r.
        KeyValuePair<string, long>[] words = [new("low·", 1), new("lowest·", 1), new("newer·", 1), new("wider·", 1)];
        var learned = PairTraining.BytePairs(words, Alphabet.Of(words, marksContinuing: false, 100, 1), 1000, 2);
        Assert.Equal(["e r", "er ·", "l o", "lo w"], learned.Merges);
    }

    [Fact]
    public void A_run_of_one_symbol_is_joined_from_the_left()
    {
        KeyValuePair<string, long>[] words = [new("aaaaa", 2)];
        var learned = PairTraining.BytePairs(words, Alphabet.Of(words, marksContinuing: false, 10, 1), 10, 2);
        // aa aa a has "aa a" and "aa aa" twice each.
        Assert.Equal(["a a", "aa a", "aa aaa"], learned.Merges);
    }

    [Fact]
    public void WordPiece_joins_what_is_likely_together()
    {
        // The words of Hugging Face's course on WordPiece.
        KeyValuePair<string, long>[] words = [new("hug", 10), new("pug", 5), new("pun", 12), new("bun", 4), new("hugs", 5)];
        var alphabet = Alphabet.Of(words, marksContinuing: true, 100, 1);
        Assert.Equal(["##g", "##n", "##s", "##u", "b", "h", "p"], alphabet.Names);
        var learned = PairTraining.WordPieces(words, alphabet, 7 + 3, 1);

        // Counts: h 15, p 17, b 4, ##u 36, ##g 20, ##n 16, ##s 5.
        // ##g ##s 5/(20·5) = 1/20 is the highest, as the course has it: ##u with any other is 1/36 at most (##u ##g 20/(36·20)).
        // Then ##g is 15 times there, ##gs 5: ##u ##g 15/(36·15), ##u ##gs 5/(36·5), ##u ##n 16/(36·16), h ##u 15/(15·36), p ##u 17/(17·36)
        // and b ##u 4/(4·36) are 1/36 each; p ##u is the most frequent of them.
        // Then ##u is 19 times there and p never without it: h ##u is 15/(15·19) and b ##u 4/(4·19), 1/19 each, before pu ##n 12/(17·16),
        // ##u ##gs 5/(19·5) is 1/19 too and ##u ##g 10/(19·15) less. h ##u is the most frequent.
        Assert.Equal(["##gs", "pu", "hu"], learned.Tokens.Skip(7));
    }

    [Fact]
    public void Rare_characters_and_pairs_are_left_alone()
    {
        KeyValuePair<string, long>[] words = [new("abz", 3), new("abab", 2)];
        var alphabet = Alphabet.Of(words, marksContinuing: false, 100, 4);
        Assert.Equal(["a", "b"], alphabet.Names);
        // a b stands 7 times; ab ab 2 times.
        Assert.Equal(["a b"], PairTraining.BytePairs(words, alphabet, 100, 3).Merges);
        Assert.Equal(["a b", "ab ab"], PairTraining.BytePairs(words, alphabet, 100, 2).Merges);
    }

    [Fact]
    public void Every_merge_is_that_of_counting_anew()
    {
        var word = Gen.Char['a', 'd'].Array[1, 8].Select(letters => new string(letters));
        Gen.Select(word, Gen.Long[1, 9]).Array[1, 12].Sample(drawn =>
        {
            var words = drawn.GroupBy(one => one.Item1).Select(one => KeyValuePair.Create(one.Key, one.Sum(count => count.Item2))).ToArray();
            var learned = PairTraining.BytePairs(words, Alphabet.Of(words, marksContinuing: false, 100, 1), 12, 2);
            Assert.Equal(CountingAnew(words, 12, 2), learned.Merges);
        }, iter: 500, threads: 1);
    }

    /// <summary>The paper's program: counts all pairs again for each merge.</summary>
    private static List<string> CountingAnew(KeyValuePair<string, long>[] words, int size, long minimum)
    {
        var tokens = words.SelectMany(word => word.Key).Distinct().Select(letter => letter.ToString()).Order(StringComparer.Ordinal).ToList();
        var split = words.Select(word => (Symbols: word.Key.Select(letter => letter.ToString()).ToList(), Count: word.Value)).ToList();
        var merges = new List<string>();
        while (tokens.Count < size)
        {
            var pairs = split.SelectMany(word => word.Symbols.Zip(word.Symbols.Skip(1)).Select(pair => (Pair: pair, word.Count)))
                .GroupBy(pair => pair.Pair).Select(pair => (pair.Key.First, pair.Key.Second, Count: pair.Sum(one => one.Count)))
                .Where(pair => pair.Count >= minimum)
                .OrderByDescending(pair => pair.Count).ThenBy(pair => pair.First, StringComparer.Ordinal).ThenBy(pair => pair.Second, StringComparer.Ordinal).ToList();
            if (pairs.Count == 0)
                break;
            var (left, right, _) = pairs[0];
            if (!merges.Contains($"{left} {right}"))
                merges.Add($"{left} {right}");
            if (!tokens.Contains(left + right))
                tokens.Add(left + right);
            foreach (var (symbols, _) in split)
            {
                for (var i = 0; i + 1 < symbols.Count; i++)
                {
                    if (symbols[i] == left && symbols[i + 1] == right)
                    {
                        symbols[i] = left + right;
                        symbols.RemoveAt(i + 1);
                    }
                }
            }
        }

        return merges;
    }
}
