using System.Text;

namespace Mesh.Ingest.Formats;

/// <summary>Names out of archives go into messages: control characters become "\x1b", and long names are cut.</summary>
internal static class Printable
{
    private const int MaxLength = 200;

    public static string Of(string name)
    {
        var text = new StringBuilder();
        foreach (var c in name)
        {
            if (text.Length >= MaxLength)
            {
                return text.Append('…').ToString();
            }

            if (char.IsControl(c))
            {
                text.Append($"\\x{(int)c:x2}");
            }
            else
            {
                text.Append(c);
            }
        }

        return text.ToString();
    }
}
