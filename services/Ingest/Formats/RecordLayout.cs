using Mesh.Ingest.V1;
using Mesh.Ingest.Versions;

namespace Mesh.Ingest.Formats;

/// <summary>
/// How the files of a version are read: all that a format needs to find the same records in them again. Before the commit
/// it is what was asked for; the format fills in the rest from the content, and the version keeps it.
/// </summary>
internal sealed record RecordLayout(Schema Schema, FormatOptions Options, LabelNames Labels)
{
    /// <summary>The column of classes by default.</summary>
    public const string DefaultLabel = "label";

    /// <summary>Columns whose types nobody asked for: an integer that turns out to have a fraction widens them.</summary>
    public IReadOnlySet<string> Inferred { get; init; } = new HashSet<string>();

    /// <summary>Index of the column of classes; −1 when there is none.</summary>
    public int LabelColumn
    {
        get
        {
            var name = Options.LabelColumn.Length > 0 ? Options.LabelColumn : DefaultLabel;
            return Schema.Columns.ToList().FindIndex(c => c.Name == name);
        }
    }

    /// <summary>The same with a column of another type.</summary>
    public RecordLayout With(string column, ColumnType type)
    {
        var schema = Schema.Clone();
        schema.Columns.Single(c => c.Name == column).Type = type;
        return this with { Schema = schema };
    }

    /// <summary>The same, now that every record was seen.</summary>
    /// <param name="missing">For each column, whether some record has no value in it.</param>
    public RecordLayout WithMissing(IReadOnlyList<bool> missing)
    {
        var schema = Schema.Clone();
        foreach (var (column, some) in schema.Columns.Zip(missing))
        {
            column.Nullable = some;
        }

        return this with { Schema = schema };
    }

    public static RecordLayout Of(DatasetVersion version) => new(
        version.Schema ?? new Schema(), version.Options ?? new FormatOptions(), new LabelNames(version.LabelNames));
}

/// <summary>An inferred column has values that its type does not hold; the files have to be read again with a wider one.</summary>
internal sealed class ColumnWidenedException(string column, ColumnType type) : Exception($"{column} is {type}")
{
    public string Column => column;

    public ColumnType Type => type;
}
