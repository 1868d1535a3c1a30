namespace Mesh.Ingest.Formats.Schemas;

/// <summary>Names of columns out of a header: trimmed, never empty, never twice.</summary>
internal static class ColumnNames
{
    private const int MaxLength = 256;

    /// <exception cref="DatasetException">COLUMN_NAME: a name is no text.</exception>
    public static string[] Of(IReadOnlyList<string> header, string source)
    {
        var names = new string[header.Count];
        var taken = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
        {
            var name = header[i].Trim();
            if (name.Length > MaxLength || name.Any(char.IsControl))
            {
                throw new DatasetException("COLUMN_NAME", $"{source}: column {i + 1} is called \"{Printable.Of(name)}\"; a name has at most {MaxLength} characters, none of them a control character.");
            }

            names[i] = name.Length == 0 ? $"column_{i + 1}" : name;
            for (var number = 2; !taken.Add(names[i]); number++)
            {
                names[i] = $"{name}_{number}";
            }
        }

        return names;
    }

    /// <summary>column_1, column_2, …</summary>
    public static string[] Numbered(int count) => [.. Enumerable.Range(1, count).Select(i => $"column_{i}")];
}
