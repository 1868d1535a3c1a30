using System.Text.Json;

namespace Mesh.Shards.Arrow;

/// <summary>Reads an Arrow schema of unknown origin; throws <see cref="InvalidDataException"/> for anything that shards do not have.</summary>
internal static class ArrowSchemaDecoder
{
    private const int MaxPairs = 256;

    public static ShardSchema Decode(FlatTable schema)
    {
        if (schema.Int16(0) != 0)
        {
            throw new InvalidDataException("it is big-endian");
        }
        var version = Metadata(schema, 2, ArrowFormat.FormatVersionKey);
        if (version != ArrowFormat.FormatVersion)
        {
            throw new InvalidDataException($"its format_version is {version ?? "missing"}, and this program reads {ArrowFormat.FormatVersion}");
        }
        try
        {
            var columns = new ShardColumn[schema.Count(1)];
            for (var i = 0; i < columns.Length; i++)
            {
                columns[i] = Column(schema.Item(1, i));
            }
            return new ShardSchema(columns);
        }
        catch (ArgumentException invalid)
        {
            throw new InvalidDataException($"its schema is not valid ({invalid.Message})", invalid);
        }
    }

    private static ShardColumn Column(FlatTable field)
    {
        var name = field.Text(0);
        if (field.Has(4))
        {
            throw new InvalidDataException($"column {name} is dictionary-encoded");
        }
        if (field.UInt8(2) != ArrowFormat.FixedSizeListType)
        {
            return new ShardColumn(name, Element(name, field));
        }
        if (field.Count(5) != 1)
        {
            throw new InvalidDataException($"column {name} is a list without elements");
        }
        var column = new ShardColumn(name, Element(name, field.Item(5, 0)), Shape(name, field));
        return column.RowElements == field.Table(3).Int32(0)
            ? column
            : throw new InvalidDataException($"column {name}'s shape does not fit its lists");
    }

    private static ElementType Element(string name, FlatTable field) => (field.UInt8(2), Bits(field), Signed(field)) switch
    {
        (ArrowFormat.IntType, 8, false) => ElementType.UInt8,
        (ArrowFormat.IntType, 8, true) => ElementType.Int8,
        (ArrowFormat.IntType, 16, false) => ElementType.UInt16,
        (ArrowFormat.IntType, 16, true) => ElementType.Int16,
        (ArrowFormat.IntType, 32, false) => ElementType.UInt32,
        (ArrowFormat.IntType, 32, true) => ElementType.Int32,
        (ArrowFormat.IntType, 64, false) => ElementType.UInt64,
        (ArrowFormat.IntType, 64, true) => ElementType.Int64,
        (ArrowFormat.FloatType, 16, _) => ElementType.Float16,
        (ArrowFormat.FloatType, 32, _) => ElementType.Float32,
        (ArrowFormat.FloatType, 64, _) => ElementType.Float64,
        _ => throw new InvalidDataException($"column {name} has a type that shards do not have"),
    };

    private static int Bits(FlatTable field) => field.UInt8(2) switch
    {
        ArrowFormat.IntType => field.Table(3).Int32(0),
        ArrowFormat.FloatType when field.Table(3).Int16(0) is >= 0 and <= 2 and var precision => 16 << precision,
        _ => 0,
    };

    private static bool Signed(FlatTable field) => field.UInt8(2) == ArrowFormat.IntType && field.Table(3).Bool(1);

    // A list without the extension is a vector.
    private static int[] Shape(string name, FlatTable field)
    {
        if (Metadata(field, 6, ArrowFormat.ExtensionName) is not { } extension)
        {
            return [field.Table(3).Int32(0)];
        }
        if (extension != ArrowFormat.FixedShapeTensor || Metadata(field, 6, ArrowFormat.ExtensionMetadata) is not { } json)
        {
            throw new InvalidDataException($"column {name} is a {extension}, which shards do not have");
        }
        try
        {
            return JsonSerializer.Deserialize<TensorMetadata>(json, JsonSerializerOptions.Web) is { Shape: { } shape, Permutation: null }
                ? shape
                : throw new InvalidDataException($"column {name}'s tensors are not row-major with a shape");
        }
        catch (JsonException invalid)
        {
            throw new InvalidDataException($"column {name}'s tensor metadata is not valid", invalid);
        }
    }

    private static string? Metadata(FlatTable table, int slot, string key)
    {
        if (table.Count(slot) > MaxPairs)
        {
            throw new InvalidDataException("its schema has too much metadata");
        }
        for (var i = 0; i < table.Count(slot); i++)
        {
            var pair = table.Item(slot, i);
            if (pair.Text(0) == key)
            {
                return pair.Text(1);
            }
        }
        return null;
    }

    private sealed record TensorMetadata(int[]? Shape, int[]? Permutation);
}
