namespace Mesh.Ingest.Formats.Arrow;

/// <summary>How many columns of views (strings or bytes that lie in several buffers) the batches of a schema have, nested ones included.</summary>
/// <param name="OfRecords">In a batch of records.</param>
internal sealed record ArrowViews(int OfRecords, IReadOnlyDictionary<long, int> Dictionaries)
{
    private const byte BinaryView = 23;
    private const byte Utf8View = 24;

    public static readonly ArrowViews None = new(0, new Dictionary<long, int>());

    /// <summary>In a batch of a dictionary's values.</summary>
    public int OfDictionary(long number) => Dictionaries.GetValueOrDefault(number);

    /// <param name="metadata">Of a schema that was checked.</param>
    public static ArrowViews Of(ReadOnlySpan<byte> metadata)
    {
        if (!FlatTable.Root(metadata).TryTable(2, out var schema))
        {
            return None;
        }

        var dictionaries = new Dictionary<long, int>();
        return new(Count(schema, 1, dictionaries), dictionaries);
    }

    // A column that is encoded by a dictionary is one of indices.
    private static int Count(FlatTable parent, int fields, Dictionary<long, int> dictionaries)
    {
        var count = 0;
        for (var i = 0; i < parent.Count(fields); i++)
        {
            var field = parent.Table(fields, i);
            var views = (field.Byte(2) is BinaryView or Utf8View ? 1 : 0) + Count(field, 5, dictionaries);
            if (field.TryTable(4, out var dictionary))
            {
                dictionaries[dictionary.Long(0)] = views;
            }
            else
            {
                count += views;
            }
        }

        return count;
    }
}
