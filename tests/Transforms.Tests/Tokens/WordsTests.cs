using CsCheck;
using Mesh.Transforms.Tests.Support;
using Mesh.Transforms.Tokens.Pieces;
using Mesh.Transforms.Tokens.Words;

namespace Mesh.Transforms.Tests.Tokens;

public class WordsTests
{
    [Theory]
    [InlineData("Don't stop, now!", "Don|'|t|stop|,|now|!")]
    [InlineData("  a\tb\u3000c\n", "a|b|c")]
    [InlineData("3.5% of $10", "3|.|5|%|of|$|10")]
    [InlineData("»Größe« – schön…", "»|Größe|«|–|schön|…")]
    [InlineData("e\u0301te\u0301 🙂🙂", "e\u0301te\u0301|🙂|🙂")]
    [InlineData("", "")]
    [InlineData(" \n", "")]
    public void Words_and_punctuation(string text, string expected) => Assert.Equal(expected, string.Join('|', Split(new PlainWords(keepPunctuation: false), text)));

    [Theory]
    [InlineData("Don't stop, now!", "Don't|stop,|now!")]
    public void Punctuation_can_stay(string text, string expected) => Assert.Equal(expected, string.Join('|', Split(new PlainWords(keepPunctuation: true), text)));

    [Theory]
    [InlineData("Don't stop, now!", "Don|'|t| stop|,| now|!")]
    [InlineData("a  b   c", "a| | b|  | c")]
    [InlineData("a\n b \n", "a|\n| b| \n")]
    [InlineData("a\nb", "a|\n|b")]
    [InlineData("x1 2y", "x|1| 2|y")]
    [InlineData(" ", " ")]
    [InlineData("", "")]
    public void Words_with_the_space_before_them(string text, string expected) => Assert.Equal(expected, string.Join('|', Split(new SpacedWords(), text)));

    [Fact]
    public void Spaced_words_are_the_text()
    {
        TextRecords.AnyText.Sample(text => Assert.Equal(text, string.Concat(Split(new SpacedWords(), text))), iter: 5_000, threads: 1);
        foreach (var one in new[] { "x", "7", " ", "\n", "🙂", "-" })
        {
            var words = Split(new SpacedWords(), string.Concat(Enumerable.Repeat(one, 1000)) + " end");
            Assert.Equal(string.Concat(Enumerable.Repeat(one, 1000)) + " end", string.Concat(words));
            Assert.All(words, word => Assert.InRange(word.Length, 1, SpacedWords.MaximumLength + 1));
        }
    }

    [Fact]
    public void Bytes_have_the_characters_of_GPT_2()
    {
        Assert.Equal(256, ByteAlphabet.Sorted.Distinct().Count());
        Assert.Equal("ĠhelloĊ", ByteAlphabet.Of(" hello\n"));
        Assert.Equal("Ã©", ByteAlphabet.Of("é"));
        // U+00AD is C2 AD, and AD is the last byte that nobody can see.
        Assert.Equal("ĀÂŃ", ByteAlphabet.Of("\0\u00AD"));
        TextRecords.AnyText.Sample(text => Assert.Equal(text, ByteAlphabet.Text(ByteAlphabet.Of(text))), iter: 1_000, threads: 1);
    }

    private static List<string> Split(IWordSplitter splitter, string text)
    {
        var words = new List<string>();
        var position = 0;
        while (splitter.Next(text, ref position, out var word))
            words.Add(word.ToString());
        Assert.Equal(text.Length, position);
        return words;
    }
}
