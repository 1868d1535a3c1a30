namespace Mesh.Transforms.Records;

/// <summary>One record before any transform.</summary>
public readonly struct RawRecord
{
    /// <param name="name">What the record is called in errors, such as a file name or <c>train/1207</c>.</param>
    /// <param name="schema">What the values are.</param>
    /// <param name="values">One for each column, of the column's kind or missing; not copied, and unchanged until the record has been used.</param>
    /// <exception cref="ArgumentException">There are more or fewer values than columns.</exception>
    public RawRecord(string name, RecordSchema schema, ReadOnlyMemory<RecordValue> values)
    {
        if (values.Length != schema.Columns.Count)
            throw new ArgumentException($"A record has {schema.Columns.Count} values, not {values.Length}.", nameof(values));
        (Name, Schema, Values) = (name, schema, values);
    }

    public string Name { get; }

    public RecordSchema Schema { get; }

    public ReadOnlyMemory<RecordValue> Values { get; }

    /// <summary>An array of pixels [height, width, channels], labelled or not: columns <c>image</c> and <c>label</c>.</summary>
    public static RawRecord Raw(string name, ReadOnlyMemory<byte> pixels, int height, int width, int channels, string? label = null) =>
        Labelled(name, RawImage.OfPixels(pixels, height, width, channels), label);

    /// <summary>The content of an image file, labelled or not: columns <c>image</c> and <c>label</c>.</summary>
    public static RawRecord Encoded(string name, ReadOnlyMemory<byte> file, string? label = null) => Labelled(name, RawImage.OfFile(file), label);

    private static RawRecord Labelled(string name, RawImage image, string? label) =>
        new(name, RecordSchema.LabelledImages, new[] { RecordValue.OfImage(image), RecordValue.OfText(label) });
}
