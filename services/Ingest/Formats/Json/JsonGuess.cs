using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats.Json;

/// <summary>The narrowest type that takes every value of a column seen so far.</summary>
internal sealed class JsonGuess
{
    private JsonKinds _seen;

    public bool IsNew => _seen == JsonKinds.None;

    public void Add(JsonKinds kind) => _seen |= kind;

    /// <summary>Whether there is a value to hold: what is always an object has columns for its members instead.</summary>
    public bool IsColumn => (_seen & ~(JsonKinds.Null | JsonKinds.Object)) != 0 || _seen == JsonKinds.Null;

    /// <summary>Different kinds are kept as JSON text.</summary>
    public ColumnType Type => (_seen & ~(JsonKinds.Null | JsonKinds.Object)) switch
    {
        JsonKinds.Boolean => ColumnType.Bool,
        JsonKinds.Integer => ColumnType.Int64,
        JsonKinds.Number or (JsonKinds.Number | JsonKinds.Integer) => ColumnType.Double,
        JsonKinds.Moment => ColumnType.Timestamp,
        var lists when IsOnly(lists, JsonKinds.EmptyList | JsonKinds.TextList) => ColumnType.StringList,
        var lists when IsOnly(lists, JsonKinds.EmptyList | JsonKinds.IntegerList) => ColumnType.Int64List,
        var lists when IsOnly(lists, JsonKinds.EmptyList | JsonKinds.IntegerList | JsonKinds.NumberList) => ColumnType.DoubleList,
        _ => ColumnType.String,
    };

    private static bool IsOnly(JsonKinds seen, JsonKinds kinds) => seen != JsonKinds.None && (seen & ~kinds) == 0;
}
