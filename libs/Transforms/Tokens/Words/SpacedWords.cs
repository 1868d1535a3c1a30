using System.Globalization;
using System.Text;

namespace Mesh.Transforms.Tokens.Words;

/// <summary>
/// Splits a text so that the words put together are the text again, as GPT-2's tokenizer does but for English contractions: runs of letters, of
/// digits and of anything else, each with the space before it, if there is one; other white space by itself. Words longer than
/// <see cref="MaximumLength"/> are cut.
/// </summary>
internal sealed class SpacedWords : IWordSplitter
{
    /// <summary>Longest word, in UTF-16 code units, without the space before it; merging costs more than the length.</summary>
    public const int MaximumLength = 256;

    private enum Kind
    {
        White,
        Letter,
        Digit,
        Other,
    }

    public bool Next(ReadOnlySpan<char> text, ref int position, out ReadOnlySpan<char> word)
    {
        var start = position;
        if (start == text.Length)
        {
            word = [];
            return false;
        }

        var end = Run(text, start, out var kind);
        if (kind == Kind.White && end < text.Length && text[end - 1] == ' ' && KindOf(text, end, out _) != Kind.White)
            end = end - 1 > start ? end - 1 : Run(text, end, out _);
        position = end;
        word = text[start..end];
        return true;
    }

    /// <returns>Behind the characters that are of the kind of the first.</returns>
    private static int Run(ReadOnlySpan<char> text, int start, out Kind kind)
    {
        kind = KindOf(text, start, out var length);
        var end = start + length;
        while (end < text.Length && KindOf(text, end, out length) == kind && end + length - start <= MaximumLength)
            end += length;
        return end;
    }

    private static Kind KindOf(ReadOnlySpan<char> text, int at, out int length)
    {
        Rune.DecodeFromUtf16(text[at..], out var rune, out length);
        if (Rune.IsWhiteSpace(rune))
            return Kind.White;
        if (rune.IsAscii)
            return char.IsAsciiLetter((char)rune.Value) ? Kind.Letter : char.IsAsciiDigit((char)rune.Value) ? Kind.Digit : Kind.Other;
        return Rune.GetUnicodeCategory(rune) switch
        {
            <= UnicodeCategory.EnclosingMark => Kind.Letter,
            <= UnicodeCategory.OtherNumber => Kind.Digit,
            _ => Kind.Other,
        };
    }
}
