using System.Text;

namespace Mesh.Ingest.Formats;

/// <summary>Text out of files goes into messages: control characters become "\x1b", and long text is cut.</summary>
internal static class Printable
{
    private const int MaxLength = 200;

    public static string Of(string name, int maxLength = MaxLength)
    {
        var text = new StringBuilder();
        foreach (var c in name)
        {
            if (text.Length >= maxLength)
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
