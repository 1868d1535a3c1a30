using Mesh.Ingest.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.Transforms.Records;

namespace Mesh.Preprocessing.Pipelines;

/// <summary>The columns of a dataset version as the transforms understand them.</summary>
internal static class DataSchema
{
    private const string DefaultLabel = "label";

    /// <exception cref="MeshException">FAILED_PRECONDITION for a type that is not known here.</exception>
    public static RecordSchema Of(DatasetVersion version) => new([.. (version.Schema?.Columns ?? []).Select(column => new RecordColumn(column.Name, KindOf(column.Type))
    {
        ClassNames = HasDeclaredClasses(version, column) ? version.LabelNames : [],
    })]);

    /// <summary>The column that tells classes apart; there may be none of that name.</summary>
    public static string LabelOf(DatasetVersion version) => version.Options is { LabelColumn.Length: > 0 } options ? options.LabelColumn : DefaultLabel;

    private static bool HasDeclaredClasses(DatasetVersion version, Column column) => column.Type switch
    {
        ColumnType.Boxes => true,
        ColumnType.String or ColumnType.StringList => column.Name == LabelOf(version),
        _ => false,
    };

    private static ColumnKind KindOf(ColumnType type) => type switch
    {
        ColumnType.Image => ColumnKind.Image,
        ColumnType.String => ColumnKind.Text,
        ColumnType.Int64 => ColumnKind.Integer,
        ColumnType.Double => ColumnKind.Number,
        ColumnType.Bool => ColumnKind.Boolean,
        ColumnType.Bytes => ColumnKind.Bytes,
        ColumnType.Timestamp => ColumnKind.Timestamp,
        ColumnType.StringList => ColumnKind.TextList,
        ColumnType.Int64List => ColumnKind.IntegerList,
        ColumnType.DoubleList => ColumnKind.NumberList,
        ColumnType.Boxes => ColumnKind.Boxes,
        _ => throw MeshError.Precondition("COLUMN_TYPE_UNKNOWN", $"The data has a column of type {type}, which no transform can read."),
    };
}
