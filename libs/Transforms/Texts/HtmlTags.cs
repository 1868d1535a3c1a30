using System.Text;

namespace Mesh.Transforms.Texts;

/// <summary>
/// Replaces what looks like tags and comments of HTML or XML by a space each. It is no parser: a tag begins with &lt; and a letter, /, ! or ?, and ends
/// at the first &gt;; one that holds another &lt; is none. Entities stay. One look at each character, whatever the text.
/// </summary>
internal static class HtmlTags
{
    private const string CommentStart = "<!--";
    private const string CommentEnd = "-->";

    public static string Strip(string text)
    {
        var next = text.IndexOf('<');
        if (next < 0)
            return text;
        var result = new StringBuilder(text.Length);
        var (copied, commentsEnd) = (0, true);
        for (; next >= 0; next = IndexOf(text, '<', next))
        {
            var end = EndOf(text, next, ref commentsEnd);
            if (end < 0)
            {
                next++;
                continue;
            }

            result.Append(text, copied, next - copied).Append(' ');
            copied = next = end;
        }

        return result.Append(text, copied, text.Length - copied).ToString();
    }

    /// <returns>Behind the tag or comment; −1 when it is none.</returns>
    /// <param name="text">All of it.</param>
    /// <param name="start">Where it may begin.</param>
    /// <param name="commentsEnd">False once a comment was found that does not: nobody has to look again.</param>
    private static int EndOf(string text, int start, ref bool commentsEnd)
    {
        if (commentsEnd && string.CompareOrdinal(text, start, CommentStart, 0, CommentStart.Length) == 0)
        {
            var end = text.IndexOf(CommentEnd, start + CommentStart.Length, StringComparison.Ordinal);
            if (end >= 0)
                return end + CommentEnd.Length;
            commentsEnd = false;
        }

        if (start + 1 >= text.Length || !(char.IsAsciiLetter(text[start + 1]) || text[start + 1] is '/' or '!' or '?'))
            return -1;
        var close = text.AsSpan(start + 1).IndexOfAny('<', '>');
        return close >= 0 && text[start + 1 + close] == '>' ? start + close + 2 : -1;
    }

    private static int IndexOf(string text, char character, int from) => from >= text.Length ? -1 : text.IndexOf(character, from);
}
