using Apache.Arrow;
using Apache.Arrow.Types;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats.Arrow;

/// <summary>One column of the version and where its values lie in a batch.</summary>
/// <param name="Path">Index of the column, then of the field in each structure.</param>
internal sealed record ArrowColumn(string Name, ColumnType Type, int[] Path)
{
    /// <summary>Fields of structures are called "a.b".</summary>
    /// <exception cref="DatasetException">COLUMN_TYPE: the file has a column of a type that cannot be read.</exception>
    public static List<ArrowColumn> Of(Apache.Arrow.Schema schema, string source)
    {
        var columns = new List<ArrowColumn>();
        for (var i = 0; i < schema.FieldsList.Count; i++)
        {
            Add(columns, schema.FieldsList[i], schema.FieldsList[i].Name, [i], source);
        }

        return columns;
    }

    private static void Add(List<ArrowColumn> columns, Field field, string name, int[] path, string source)
    {
        if (field.DataType is StructType structure)
        {
            if (ImageBytes(structure) is >= 0 and var bytes)
            {
                columns.Add(new ArrowColumn(name, ColumnType.Image, [.. path, bytes]));
                return;
            }

            for (var i = 0; i < structure.Fields.Count; i++)
            {
                Add(columns, structure.Fields[i], $"{name}.{structure.Fields[i].Name}", [.. path, i], source);
            }

            return;
        }

        columns.Add(new ArrowColumn(
            name,
            TypeOf(field.DataType) ?? throw new DatasetException("COLUMN_TYPE", $"{source}: column {Printable.Of(name)} is {Describe(field.DataType)}, which cannot be read."),
            path));
    }

    // As Hugging Face's datasets have images: the file's bytes, or its path when it lies elsewhere.
    private static int ImageBytes(StructType structure) =>
        structure.Fields.Count == 2 && structure.Fields.Any(f => f.Name == "path") ? structure.Fields.ToList().FindIndex(f => f.Name == "bytes" && TypeOf(f.DataType) == ColumnType.Bytes) : -1;

    private static ColumnType? TypeOf(IArrowType type) => type switch
    {
        DictionaryType dictionary => dictionary.ValueType is DictionaryType ? null : TypeOf(dictionary.ValueType),
        _ when ElementOf(type) is { } element => ListOf(element),
        _ => type.TypeId switch
        {
            ArrowTypeId.Boolean => ColumnType.Bool,
            ArrowTypeId.Int8 or ArrowTypeId.Int16 or ArrowTypeId.Int32 or ArrowTypeId.Int64
                or ArrowTypeId.UInt8 or ArrowTypeId.UInt16 or ArrowTypeId.UInt32 or ArrowTypeId.UInt64 => ColumnType.Int64,
            ArrowTypeId.HalfFloat or ArrowTypeId.Float or ArrowTypeId.Double
                or ArrowTypeId.Decimal32 or ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128 or ArrowTypeId.Decimal256 => ColumnType.Double,
            ArrowTypeId.Date32 or ArrowTypeId.Date64 or ArrowTypeId.Time32 or ArrowTypeId.Time64 or ArrowTypeId.Timestamp => ColumnType.Timestamp,
            ArrowTypeId.String or ArrowTypeId.LargeString or ArrowTypeId.StringView or ArrowTypeId.Null => ColumnType.String,
            ArrowTypeId.Binary or ArrowTypeId.LargeBinary or ArrowTypeId.BinaryView or ArrowTypeId.FixedSizedBinary => ColumnType.Bytes,
            _ => null,
        },
    };

    private static ColumnType? ListOf(IArrowType element) => ElementOf(element) is not null ? null : TypeOf(element) switch
    {
        ColumnType.String => ColumnType.StringList,
        ColumnType.Int64 or ColumnType.Bool => ColumnType.Int64List,
        ColumnType.Double => ColumnType.DoubleList,
        _ => null,
    };

    private static IArrowType? ElementOf(IArrowType type) => type switch
    {
        ListType list => list.ValueDataType,
        LargeListType list => list.ValueDataType,
        FixedSizeListType list => list.ValueDataType,
        _ => null,
    };

    private static string Describe(IArrowType type) => ElementOf(type) is { } element ? $"a list of {element.Name}" : type.Name;
}
