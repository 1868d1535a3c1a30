using Mesh.Ingest.V1;
using ParquetSharp;

namespace Mesh.Ingest.Formats.Parquet;

/// <summary>Which leaves of a file become which columns: members of groups are called "a.b", lists of values are one column.</summary>
internal sealed class ParquetColumns(string source, SchemaDescriptor schema)
{
    private readonly List<ParquetColumn> _columns = [];

    /// <exception cref="DatasetException">COLUMN_TYPE: the file has a column of a type that cannot be read.</exception>
    public static List<ParquetColumn> Of(ParquetNode root, SchemaDescriptor schema, string source)
    {
        var columns = new ParquetColumns(source, schema);
        foreach (var node in root.Children)
        {
            columns.Add(node, node.Name);
        }

        return columns._columns;
    }

    private void Add(ParquetNode node, string path)
    {
        if (node.Children.Count == 0)
        {
            Add(node.Leaf, path, node.Repeated);
        }
        else if (node is { Repeated: false, Children: [{ Repeated: true } inner] })
        {
            // A list as parquet-format/LogicalTypes.md has it: in three levels, or in two as older programs wrote it.
            AddList(inner, path);
        }
        else if (node.Repeated || node.Children.Exists(c => c.Repeated && c.Children.Count > 0))
        {
            throw Unsupported(path, "a list of groups");
        }
        else if (ImageBytes(node) is { } bytes)
        {
            _columns.Add(new ParquetColumn(path, bytes.Leaf, ColumnType.Image, Levels(bytes.Leaf)));
        }
        else
        {
            foreach (var child in node.Children)
            {
                Add(child, $"{path}.{child.Name}");
            }
        }
    }

    private void AddList(ParquetNode repeated, string path)
    {
        var element = repeated switch
        {
            { Children: [] } => repeated,
            { Children: [{ Repeated: false, Children: [] } only] } => only,
            _ => throw Unsupported(path, repeated.Children.Count == 2 ? "a map, or a list of groups" : "a list of lists or groups"),
        };
        Add(element.Leaf, path, list: true);
    }

    private void Add(int leaf, string path, bool list)
    {
        var type = ParquetValues.TypeOf(schema.Column(leaf)) ?? throw Unsupported(path, Describe(schema.Column(leaf)));
        if (list)
        {
            type = type switch
            {
                ColumnType.String => ColumnType.StringList,
                ColumnType.Int64 or ColumnType.Bool => ColumnType.Int64List,
                ColumnType.Double => ColumnType.DoubleList,
                _ => throw Unsupported(path, $"a list of {Describe(schema.Column(leaf))}"),
            };
        }

        _columns.Add(new ParquetColumn(path, leaf, type, Levels(leaf)));
    }

    // As Hugging Face's datasets have images: the file's bytes, or its path when it lies elsewhere.
    private ParquetNode? ImageBytes(ParquetNode group) =>
        group.Children.Count == 2 && group.Children.Exists(c => c is { Name: "path", Children: [] })
        && group.Children.Find(c => c is { Name: "bytes", Repeated: false, Children: [] }) is { } bytes
        && ParquetValues.TypeOf(schema.Column(bytes.Leaf)) == ColumnType.Bytes ? bytes : null;

    private ParquetLevels Levels(int leaf)
    {
        var descriptor = schema.Column(leaf);
        var (defined, list) = ((int)descriptor.MaxDefinitionLevel, descriptor.MaxRepetitionLevel > 0);
        return descriptor.MaxRepetitionLevel > 1
            ? throw Unsupported(descriptor.Path.ToDotString(), "a list of lists")
            : new ParquetLevels(defined, !list ? -1 : descriptor.SchemaNode.Repetition == Repetition.Optional ? defined - 1 : defined);
    }

    private static string Describe(ColumnDescriptor column) => $"{column.PhysicalType}/{column.LogicalType.Type}";

    private DatasetException Unsupported(string path, string what) =>
        new("COLUMN_TYPE", $"{source}: column {Printable.Of(path)} is {what}, which cannot be read.");
}
