using System.Text;

namespace Mesh.Ingest.Formats;

/// <summary>
/// Text out of files goes into messages: control characters and halves of characters, which have no UTF-8 form, become
/// "\x1b", and long text is cut.
/// </summary>
internal static class Printable
{
    private const int MaxLength = 200;

    public static string Of(string name, int maxLength = MaxLength)
    {
        var text = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            var pair = i + 1 < name.Length && char.IsSurrogatePair(name[i], name[i + 1]);
            if (text.Length + (pair ? 1 : 0) >= maxLength)
            {
                return text.Append('…').ToString();
            }

            if (pair)
            {
                text.Append(name[i]).Append(name[++i]);
            }
            else if (char.IsControl(name[i]) || char.IsSurrogate(name[i]))
            {
                text.Append($"\\x{(int)name[i]:x2}");
            }
            else
            {
                text.Append(name[i]);
            }
        }

        return text.ToString();
    }
}
