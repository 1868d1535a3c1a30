using Mesh.Shards;
using Mesh.Specs;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;
using Mesh.Transforms.Scalars;

namespace Mesh.Transforms.Numbers;

/// <summary>Numeric columns, indices and float32 vectors, in the order of the inputs → one float32 vector.</summary>
internal sealed class Concat : RecordTransform
{
    private const int MaximumLength = 1 << 20;

    /// <param name="Column">The input, when it has one value for each record.</param>
    /// <param name="Slot">Where a working record has the input.</param>
    /// <param name="Length">Elements of a vector; 0 for a single value.</param>
    private readonly record struct Piece(ScalarColumn Column, int Slot, int Length);

    public override string Type => "concat";

    public override int Version => 1;

    public override string Summary => "Puts numbers and vectors one after the other into one float32 vector; no value may be missing.";

    public override int MaximumInputs => PipelineSpec.MaximumColumns;

    internal override IReadOnlyList<string> DefaultOutputs(IReadOnlyList<string> inputs) => ["features"];

    internal override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        long? length = 0;
        for (var i = 0; i < step.Inputs.Count; i++)
        {
            var type = step.Inputs[i];
            step.Takes(i, ColumnKind.Integer, ColumnKind.Number, ColumnKind.Boolean, ColumnKind.Timestamp, ColumnKind.Tensor);
            if (type.Kind == ColumnKind.Tensor && !ScalarColumn.IsIndex(type) && (type.Element != ElementType.Float32 || type.Shape?.Length > 1))
                step.Refuse(i, "must be a number, an index or a float32 vector");
            length += type.Kind == ColumnKind.Unknown ? null : type.Kind == ColumnKind.Tensor ? type.Shape?.Aggregate(1, (all, side) => all * side) : 1;
        }

        if (length > MaximumLength)
            step.Refuse(0, $"and the others make {length} numbers; at most {MaximumLength} are put together");
        return [ColumnType.Tensor(ElementType.Float32, length is { } known and <= MaximumLength ? [(int)known] : null)];
    }

    internal override Action<WorkingRecord> Bind(StepContext step)
    {
        var to = step.OutputSlots[0];
        Piece[] pieces = [.. step.Inputs.Select((type, i) =>
            new Piece(new(step, i), step.InputSlots[i], type.Kind == ColumnKind.Tensor && !ScalarColumn.IsIndex(type) ? type.Shape!.Aggregate(1, (all, side) => all * side) : 0))];
        return record =>
        {
            var vector = record.Tensor<float>(to);
            var at = 0;
            for (var i = 0; i < pieces.Length; i++)
            {
                var (column, slot, length) = pieces[i];
                if (length == 0)
                {
                    vector[at++] = Number.Of(step, record, i, column.Read(record));
                }
                else
                {
                    record.Tensor<float>(slot).CopyTo(vector[at..]);
                    at += length;
                }
            }
        };
    }
}
