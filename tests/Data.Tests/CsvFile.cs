using System.Text;

namespace Mesh.Data.Tests;

/// <summary>
/// The rows of a CSV file (RFC 4180), the header first. Written apart from the product's reader, so that goldens have a second witness.
/// </summary>
internal static class CsvFile
{
    public static IEnumerable<string[]> Read(string path)
    {
        using var file = new StreamReader(path);
        var field = new StringBuilder();
        var row = new List<string>();
        var quoted = false;
        while (file.Read() is >= 0 and var next)
        {
            switch ((char)next)
            {
                // Two quotes inside of a quoted field are one.
                case '"' when quoted && file.Peek() == '"':
                    file.Read();
                    field.Append('"');
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case ',' or '\n' when !quoted:
                    row.Add(field.ToString());
                    field.Clear();
                    if (next == '\n')
                    {
                        yield return [.. row];
                        row.Clear();
                    }
                    break;
                default:
                    field.Append((char)next);
                    break;
            }
        }
        Assert.True(!quoted && row.Count == 0 && field.Length == 0, $"{path} ends within a row.");
    }
}
