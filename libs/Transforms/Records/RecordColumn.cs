namespace Mesh.Transforms.Records;

/// <summary>A column of the data. Any of its values may be missing.</summary>
/// <param name="Name">1 to 256 characters.</param>
/// <param name="Kind">One that data can hold.</param>
public sealed record RecordColumn(string Name, ColumnKind Kind)
{
    /// <summary>Class names that the data declares for this column, in index order; empty when it declares none.</summary>
    public IReadOnlyList<string> ClassNames { get; init; } = [];
}
