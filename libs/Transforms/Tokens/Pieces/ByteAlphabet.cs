using System.Text;

namespace Mesh.Transforms.Tokens.Pieces;

/// <summary>
/// A character that can be seen for each byte, as GPT-2 has them: printable ones of Latin-1 stand for themselves, the rest are U+0100 and up (a space
/// is Ġ). So tokens of bytes are texts.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = new char[256];
    private static readonly Dictionary<char, byte> Bytes = [];

    static ByteAlphabet()
    {
        var next = 0x100;
        for (var value = 0; value < 256; value++)
        {
            Characters[value] = value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE ? (char)value : (char)next++;
            Bytes.Add(Characters[value], (byte)value);
        }
    }

    /// <summary>All 256, sorted.</summary>
    public static IEnumerable<string> Sorted => Characters.Order().Select(c => c.ToString());

    public static bool IsOf(string token) => token.All(Bytes.ContainsKey);

    /// <summary>The bytes of a text.</summary>
    public static string Of(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        return string.Create(Encoding.UTF8.GetBytes(text, bytes), bytes, static (characters, bytes) =>
        {
            for (var i = 0; i < characters.Length; i++)
                characters[i] = Characters[bytes[i]];
        });
    }

    /// <summary>The text of bytes; what is not UTF-8 becomes U+FFFD.</summary>
    public static string Text(ReadOnlySpan<char> characters)
    {
        var bytes = new byte[characters.Length];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = Bytes[characters[i]];
        return Encoding.UTF8.GetString(bytes);
    }
}
