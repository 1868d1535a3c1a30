namespace Mesh.Ingest.Formats.Json;

/// <summary>A member of the records' objects, and of the objects in them. Its value goes to the column called by its path: "a.b".</summary>
internal sealed class JsonField
{
    private readonly Dictionary<string, JsonField>.AlternateLookup<ReadOnlySpan<char>> _byName;

    public JsonField(string path, JsonColumn? column)
    {
        (Path, Column) = (path, column);
        Members = new Dictionary<string, JsonField>(StringComparer.Ordinal);
        _byName = Members.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public string Path { get; }

    /// <summary>The same object for every way to write a path: a member "b" of "a", or a member "a.b". Null of what is only an object.</summary>
    public JsonColumn? Column { get; }

    public Dictionary<string, JsonField> Members { get; }

    /// <summary>The last record that had it.</summary>
    public long Seen { get; set; } = -1;

    public JsonField? Find(ReadOnlySpan<char> name) => _byName.TryGetValue(name, out var field) ? field : null;

    public string PathOf(ReadOnlySpan<char> name) => Path.Length == 0 ? name.ToString() : $"{Path}.{name}";
}

/// <summary>A column that members of objects become.</summary>
internal sealed class JsonColumn(string name, int index)
{
    public string Name => name;

    /// <summary>In the schema.</summary>
    public int Index => index;

    /// <inheritdoc cref="JsonField.Seen"/>
    public long Seen { get; set; } = -1;

    public JsonGuess Guess { get; } = new();
}
