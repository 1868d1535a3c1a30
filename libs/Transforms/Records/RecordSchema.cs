using Mesh.Specs;

namespace Mesh.Transforms.Records;

/// <summary>The columns of the records of a data set, in order. Make one and give it to every record: a pipeline looks at each schema once.</summary>
public sealed class RecordSchema
{
    private readonly RecordColumn[] columns;
    private readonly Dictionary<string, int> places = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">A name is empty, too long or there twice, or a kind is not one that data can hold.</exception>
    public RecordSchema(params IReadOnlyList<RecordColumn> columns)
    {
        this.columns = [.. columns];
        for (var i = 0; i < this.columns.Length; i++)
        {
            var (name, kind) = this.columns[i];
            if (name.Length is 0 or > PipelineSpec.MaximumName || !kind.IsData || !places.TryAdd(name, i))
                throw new ArgumentException($"Column {i} ('{SpecViolation.Shorten(name)}', {kind.Word}) has no valid name, is there twice or is not of data.", nameof(columns));
        }
    }

    /// <summary>An image and its class name: columns <c>image</c> and <c>label</c>.</summary>
    public static RecordSchema LabelledImages { get; } = new(new RecordColumn("image", ColumnKind.Image), new RecordColumn("label", ColumnKind.Text));

    /// <summary>In order.</summary>
    public IReadOnlyList<RecordColumn> Columns => columns;

    /// <summary>Place of a column; −1 when there is none of that name.</summary>
    public int IndexOf(string name) => places.GetValueOrDefault(name, -1);
}
