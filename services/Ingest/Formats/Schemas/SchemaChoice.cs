using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats.Schemas;

/// <summary>Brings together the columns that were found and what was asked for.</summary>
internal static class SchemaChoice
{
    /// <param name="found">Every column in its order, with the type its values suggest.</param>
    /// <exception cref="DatasetException">COLUMN_MISSING or TOO_MANY_COLUMNS.</exception>
    public static RecordLayout Complete(RecordLayout asked, IReadOnlyList<(string Name, ColumnType Type)> found, IngestOptions limits)
    {
        if (found.Count > limits.MaxColumns)
        {
            throw new DatasetException("TOO_MANY_COLUMNS", $"The files have {found.Count} columns; {limits.MaxColumns} are possible here.");
        }

        var wanted = asked.Schema.Columns.ToDictionary(c => c.Name);
        foreach (var name in wanted.Keys.Append(asked.Options.LabelColumn).Append(asked.Options.SplitColumn).Append(asked.Options.KeyColumn))
        {
            if (name.Length > 0 && !found.Any(c => c.Name == name))
            {
                throw new DatasetException("COLUMN_MISSING", $"There is no column {name}; the columns are {string.Join(", ", found.Take(50).Select(c => Printable.Of(c.Name)))}.");
            }
        }

        var schema = new Schema();
        var inferred = new HashSet<string>();
        foreach (var (name, type) in found)
        {
            var column = wanted.GetValueOrDefault(name);
            schema.Columns.Add(column?.Clone() ?? new Column { Name = name, Type = type, Nullable = true });
            if (column is { Type: ColumnType.Unspecified } && schema.Columns[^1] is { } open)
            {
                open.Type = type;
            }

            if (column is null || column.Type == ColumnType.Unspecified)
            {
                inferred.Add(name);
            }
        }

        return asked with { Schema = schema, Inferred = inferred };
    }
}
