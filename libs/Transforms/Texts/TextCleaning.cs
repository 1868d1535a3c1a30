using System.Buffers;
using System.Globalization;
using System.Text;

namespace Mesh.Transforms.Texts;

/// <summary>What is done to a text, in the order of the fields.</summary>
/// <param name="StripTags">Tags of HTML go.</param>
/// <param name="StripControl">Control characters go; those that are white space stay.</param>
/// <param name="Form">Null leaves characters as they are.</param>
/// <param name="StripAccents">Nonspacing marks go, also those that are part of a letter.</param>
/// <param name="LowerCase">By Unicode's simple mapping, of no language.</param>
/// <param name="CollapseWhiteSpace">Runs of white space become one space, and none at either end.</param>
internal sealed record TextCleaning(bool StripTags, bool StripControl, UnicodeForm? Form, bool StripAccents, bool LowerCase, bool CollapseWhiteSpace)
{
    private static readonly SearchValues<char> Control =
        SearchValues.Create([.. Enumerable.Range(0, 0x100).Select(code => (char)code).Where(c => char.IsControl(c) && !char.IsWhiteSpace(c))]);

    /// <summary>The same text, not a copy, when nothing changes.</summary>
    public string Of(string text)
    {
        if (StripTags)
            text = HtmlTags.Strip(text);
        if (StripControl && text.AsSpan().ContainsAny(Control))
            text = string.Concat(text.Where(c => !Control.Contains(c)));
        if (Form is not null)
            text = Form.Of(text);
        if (StripAccents)
            text = UnicodeForm.C.Of(WithoutMarks(UnicodeForm.D.Of(text)));
        if (LowerCase)
            text = text.ToLowerInvariant();
        return CollapseWhiteSpace ? Collapse(text) : text;
    }

    private static string WithoutMarks(string decomposed)
    {
        if (Ascii.IsValid(decomposed))
            return decomposed;
        var result = new StringBuilder(decomposed.Length);
        foreach (var rune in decomposed.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark)
                result.Append(rune);
        }

        return result.ToString();
    }

    private static string Collapse(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (!char.IsWhiteSpace(c))
                result.Append(c);
            else if (result.Length > 0 && result[^1] != ' ')
                result.Append(' ');
        }

        if (result.Length > 0 && result[^1] == ' ')
            result.Length--;
        return result.Length == text.Length && result.Equals(text) ? text : result.ToString();
    }
}
