using System.Globalization;
using System.Text;

namespace Mesh.Transforms.Tokens.Words;

/// <summary>What white space separates; each mark of punctuation and each symbol is a word of its own, unless they stay with their words.</summary>
internal sealed class PlainWords(bool keepPunctuation) : IWordSplitter
{
    public bool Next(ReadOnlySpan<char> text, ref int position, out ReadOnlySpan<char> word)
    {
        while (position < text.Length && char.IsWhiteSpace(text[position]))
            position++;
        var start = position;
        while (position < text.Length && !char.IsWhiteSpace(text[position]))
        {
            Rune.DecodeFromUtf16(text[position..], out var rune, out var length);
            var alone = !keepPunctuation && IsPunctuation(rune);
            if (alone && position > start)
                break;
            position += length;
            if (alone)
                break;
        }

        word = text[start..position];
        return word.Length > 0;
    }

    private static bool IsPunctuation(Rune rune)
    {
        if (rune.IsAscii)
            return !char.IsAsciiLetterOrDigit((char)rune.Value) && !char.IsControl((char)rune.Value);
        return Rune.GetUnicodeCategory(rune) is >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherSymbol;
    }
}
