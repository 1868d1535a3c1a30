using Mesh.Ingest.Formats.Schemas;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats.Columnar;

/// <summary>The columns of all files together, in the order in which they are first seen.</summary>
internal sealed class ColumnarSample
{
    private readonly List<(string Name, ColumnType Type)> _columns = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    /// <exception cref="DatasetException">COLUMNS_DIFFER: files have a column with types that no one type holds.</exception>
    public void Add(string name, ColumnType type, string source)
    {
        if (_places.TryAdd(name, _columns.Count))
        {
            _columns.Add((name, type));
            return;
        }

        var known = _columns[_places[name]].Type;
        _columns[_places[name]] = (name, Widest(known, type)
            ?? throw new DatasetException("COLUMNS_DIFFER", $"{source} has a column {Printable.Of(name)} of {type}, other files have it of {known}. Say its type, or commit them apart."));
    }

    public RecordLayout ToLayout(RecordLayout asked, IngestOptions limits) => _columns.Count == 0
        ? throw new DatasetException("NO_RECORDS", "The files hold no columns.")
        : SchemaChoice.Complete(asked, _columns, limits);

    private static ColumnType? Widest(ColumnType one, ColumnType other) => (one, other) switch
    {
        _ when one == other => one,
        (ColumnType.Int64, ColumnType.Double) or (ColumnType.Double, ColumnType.Int64) => ColumnType.Double,
        (ColumnType.Int64List, ColumnType.DoubleList) or (ColumnType.DoubleList, ColumnType.Int64List) => ColumnType.DoubleList,
        _ => null,
    };
}
