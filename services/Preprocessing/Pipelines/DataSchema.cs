using Mesh.Ingest.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.Transforms.Records;

namespace Mesh.Preprocessing.Pipelines;

/// <summary>The columns of a dataset version as the transforms understand them.</summary>
internal static class DataSchema
{
    /// <summary>The column that tells classes apart, when it is of text.</summary>
    public const string Label = "label";

    /// <exception cref="MeshException">FAILED_PRECONDITION for a type that is not known here.</exception>
    public static RecordSchema Of(DatasetVersion version) => new([.. (version.Schema?.Columns ?? []).Select(column => new RecordColumn(column.Name, KindOf(column.Type))
    {
        ClassNames = column is { Name: Label, Type: ColumnType.String } ? version.LabelNames : [],
    })]);

    private static ColumnKind KindOf(ColumnType type) => type switch
    {
        ColumnType.Image => ColumnKind.Image,
        ColumnType.String => ColumnKind.Text,
        ColumnType.Int64 => ColumnKind.Integer,
        ColumnType.Double => ColumnKind.Number,
        ColumnType.Bool => ColumnKind.Boolean,
        ColumnType.Bytes => ColumnKind.Bytes,
        _ => throw MeshError.Precondition("COLUMN_TYPE_UNKNOWN", $"The data has a column of type {type}, which no transform can read."),
    };
}
