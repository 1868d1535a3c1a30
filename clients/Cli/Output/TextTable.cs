namespace Mesh.Cli.Output;

/// <summary>Columns of plain text, two spaces apart: easy on the eye and on grep.</summary>
internal static class TextTable
{
    public static void Write(TextWriter output, IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        var lines = rows.Prepend(header).Select(row => row.Select(Printable.Line).ToArray()).ToList();
        var widths = header.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        foreach (var line in lines)
        {
            output.WriteLine(string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }

    /// <summary>A name and a value on each line; values that are empty are left out.</summary>
    public static void WriteFields(TextWriter output, IEnumerable<(string Name, string Value)> fields)
    {
        var shown = fields.Where(field => field.Value.Length > 0).ToList();
        var width = shown.Select(field => field.Name.Length).DefaultIfEmpty().Max();
        foreach (var (name, value) in shown)
        {
            output.WriteLine($"{name.PadRight(width)}  {Printable.Line(value)}");
        }
    }
}
