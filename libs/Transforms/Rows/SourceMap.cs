using Mesh.Transforms.Records;

namespace Mesh.Transforms.Rows;

/// <summary>Where the records of a schema have the columns that a plan reads. Remembers the last schema, as nearly everybody uses one.</summary>
internal sealed class SourceMap(IReadOnlyList<(RecordColumn Column, int Slot)> columns)
{
    private sealed record Found(RecordSchema Schema, SourceSlot[] Slots);

    private Found? last;

    /// <summary>Whether records of the schema have every column.</summary>
    public bool IsWhole(RecordSchema schema)
    {
        foreach (var source in Of(schema))
        {
            if (source.Place < 0)
                return false;
        }

        return true;
    }

    /// <summary>A column that the schema lacks is missing from its records.</summary>
    /// <exception cref="ArgumentException">A column holds something else than the pipeline was made for.</exception>
    public ReadOnlySpan<SourceSlot> Of(RecordSchema schema)
    {
        var known = Volatile.Read(ref last);
        if (known?.Schema != schema)
            Volatile.Write(ref last, known = Find(schema));
        return known.Slots;
    }

    // Apart, because a closure would be allocated for every record.
    private Found Find(RecordSchema schema) => new(schema, [.. columns.Select(column => Find(schema, column.Column, column.Slot))]);

    private static SourceSlot Find(RecordSchema schema, RecordColumn column, int slot)
    {
        var place = schema.IndexOf(column.Name);
        if (place >= 0 && schema.Columns[place].Kind != column.Kind)
            throw new ArgumentException($"Column {column.Name} is {schema.Columns[place].Kind.Word}; the pipeline was made for {column.Kind.Word}.", nameof(schema));
        return new(place, slot, column.Kind);
    }
}
