namespace Mesh.Shards;

/// <summary>The columns of a shard, in order.</summary>
public sealed class ShardSchema : IEquatable<ShardSchema>
{
    private const int MaxColumns = 1024;

    private readonly ShardColumn[] columns;
    private readonly Dictionary<string, int> indices = [];

    /// <exception cref="ArgumentException">No column, more than 1024, or a name twice.</exception>
    public ShardSchema(params IReadOnlyList<ShardColumn> columns)
    {
        if (columns.Count is 0 or > MaxColumns)
        {
            throw new ArgumentException($"A shard has 1 to {MaxColumns} columns.", nameof(columns));
        }
        this.columns = [.. columns];
        for (var i = 0; i < this.columns.Length; i++)
        {
            if (!indices.TryAdd(this.columns[i].Name, i))
            {
                throw new ArgumentException($"The column {this.columns[i].Name} is there twice.", nameof(columns));
            }
        }
    }

    public IReadOnlyList<ShardColumn> Columns => columns;

    public ShardColumn this[string name] => columns[IndexOf(name)];

    /// <summary>Bytes of one row over all columns.</summary>
    public long RowBytes => columns.Sum(column => (long)column.RowBytes);

    /// <exception cref="ArgumentException">There is no such column.</exception>
    public int IndexOf(string name) => indices.TryGetValue(name, out var index)
        ? index
        : throw new ArgumentException($"There is no column {name}; the columns are {string.Join(", ", indices.Keys)}.", nameof(name));

    public bool Equals(ShardSchema? other) => other is not null && columns.AsSpan().SequenceEqual(other.columns);

    public override bool Equals(object? obj) => Equals(obj as ShardSchema);

    public override int GetHashCode() => HashCode.Combine(columns.Length, columns[0]);

    public override string ToString() => string.Join("; ", columns.AsEnumerable());
}
