using Mesh.Ingest.Formats.Schemas;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats.Delimited;

/// <summary>Which field of a file is which column of the version.</summary>
internal static class DelimitedColumns
{
    /// <param name="first">The first row of the file.</param>
    /// <returns>For each field the index of its column.</returns>
    /// <exception cref="DatasetException">COLUMNS_DIFFER</exception>
    public static int[] Places(IReadOnlyList<string> columns, string[] first, FormatOptions options, string source)
    {
        if (options.Header == FormatOptions.Types.Header.Absent)
        {
            return first.Length == columns.Count
                ? [.. Enumerable.Range(0, columns.Count)]
                : throw Differ(source, $"has {first.Length} columns, other files have {columns.Count}");
        }

        var names = ColumnNames.Of(first, source);
        var places = new int[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            places[i] = IndexOf(columns, names[i]) is >= 0 and var place ? place : throw Differ(source, $"has a column {Printable.Of(names[i])} that other files do not have");
        }

        return columns.FirstOrDefault(c => !names.Contains(c)) is { } missing
            ? throw Differ(source, $"has no column {Printable.Of(missing)}, which other files have")
            : places;
    }

    private static int IndexOf(IReadOnlyList<string> columns, string name)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i] == name)
            {
                return i;
            }
        }

        return -1;
    }

    private static DatasetException Differ(string source, string how) => new("COLUMNS_DIFFER", $"{source} {how}.");
}
