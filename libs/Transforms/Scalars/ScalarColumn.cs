using Mesh.Shards;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Scalars;

/// <summary>An input with one value for each record: of the data, or an index that an earlier step made, which reads as an integer.</summary>
internal readonly struct ScalarColumn
{
    private readonly int slot;
    private readonly bool isIndex;

    /// <param name="step">Bound, with slots.</param>
    /// <param name="input">Which of its inputs.</param>
    public ScalarColumn(StepContext step, int input) => (slot, isIndex) = (step.InputSlots[input], IsIndex(step.Inputs[input]));

    /// <summary>As <see cref="StepContext.Takes"/>; where integers are taken, indices are too.</summary>
    public static bool Takes(StepContext step, int input, params ReadOnlySpan<ColumnKind> kinds) =>
        (IsIndex(step.Inputs[input]) && kinds.Contains(ColumnKind.Integer)) || step.Takes(input, kinds);

    /// <summary>What values it has.</summary>
    public static ColumnKind KindOf(ColumnType type) => IsIndex(type) ? ColumnKind.Integer : type.Kind;

    public RecordValue Read(WorkingRecord record) => isIndex ? RecordValue.OfInteger(record.Tensor<long>(slot)[0]) : record[slot];

    /// <summary>Whether it is an index: one int64.</summary>
    public static bool IsIndex(ColumnType type) => type is { Kind: ColumnKind.Tensor, Element: ElementType.Int64, Shape: [] };
}
