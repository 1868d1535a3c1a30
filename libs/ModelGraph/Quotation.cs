using System.Text;

namespace Mesh.ModelGraph;

/// <summary>Text from a request as an error message repeats it: cut when it is long, without control characters.</summary>
internal static class Quotation
{
    private const int Longest = 64;

    public static string Of(string text)
    {
        var quoted = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (quoted.Length >= Longest) return quoted.Append('…').ToString();
            quoted.Append(Rune.IsControl(rune) ? "�" : rune.ToString());
        }
        return quoted.ToString();
    }
}
