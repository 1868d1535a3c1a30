using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats.Columnar;

/// <summary>Which column of a file is which column of the version. Files may lack columns; those of others are then missing values.</summary>
internal static class ColumnPlaces
{
    /// <exception cref="DatasetException">COLUMNS_DIFFER: the file has a column that the version does not have.</exception>
    public static int[] Of(IReadOnlyList<string> columns, IReadOnlyList<(string Name, ColumnType Type)> found, string source)
    {
        var places = columns.Select((name, i) => (name, i)).ToDictionary(c => c.name, c => c.i, StringComparer.Ordinal);
        return [.. found.Select(c => places.TryGetValue(c.Name, out var place) ? place : throw new DatasetException("COLUMNS_DIFFER", $"{source} has a column {Printable.Of(c.Name)} that the version does not have."))];
    }
}
