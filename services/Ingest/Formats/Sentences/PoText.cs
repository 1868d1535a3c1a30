using System.Text;

namespace Mesh.Ingest.Formats.Sentences;

/// <summary>The texts of a .po file: in quotes, with the escapes of C.</summary>
internal static class PoText
{
    /// <summary>Adds the content of one quoted text.</summary>
    /// <returns>False when it is none, or has an escape that is none.</returns>
    public static bool TryAppend(ReadOnlySpan<char> quoted, StringBuilder text)
    {
        if (quoted.Length < 2 || quoted[0] != '"' || quoted[^1] != '"')
        {
            return false;
        }

        var rest = quoted[1..^1];
        while (true)
        {
            var special = rest.IndexOfAny('\\', '"');
            text.Append(special < 0 ? rest : rest[..special]);
            if (special < 0)
            {
                return true;
            }

            if (rest[special] == '"' || special + 1 == rest.Length)
            {
                return false;
            }

            rest = rest[(special + 1)..];
            if (!TryEscape(ref rest, text))
            {
                return false;
            }
        }
    }

    private static bool TryEscape(ref ReadOnlySpan<char> rest, StringBuilder text)
    {
        const string Letters = "ntr\\\"abfv";
        const string Meanings = "\n\t\r\\\"\a\b\f\v";
        if (Letters.IndexOf(rest[0]) is >= 0 and var letter)
        {
            text.Append(Meanings[letter]);
            rest = rest[1..];
            return true;
        }

        // Bytes of another encoding cannot be written as numbers; ASCII can.
        var (radix, start, longest) = rest[0] == 'x' ? (16, 1, 2) : (8, 0, 3);
        var (value, length) = (0, start);
        while (length < rest.Length && length - start < longest && Digit(rest[length]) is var digit && digit < radix)
        {
            value = (value * radix) + digit;
            length++;
        }

        if (length == start || value > 0x7f)
        {
            return false;
        }

        text.Append((char)value);
        rest = rest[length..];
        return true;
    }

    private static int Digit(char c) => char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : int.MaxValue;
}
