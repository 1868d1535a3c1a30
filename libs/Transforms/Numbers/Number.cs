using Mesh.Shards;
using Mesh.Specs;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Numbers;

/// <summary>Numeric columns → float32 scalars, each in place: what a regression is to predict.</summary>
internal sealed class Number : RecordTransform
{
    public override string Type => "number";

    public override int Version => 1;

    public override string Summary =>
        "Stores numbers as float32: true is 1, a timestamp is its seconds since 1970 (to about two minutes, as float32 goes).";

    public override int MaximumInputs => PipelineSpec.MaximumColumns;

    internal override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        step.TakesAll(ColumnKind.Integer, ColumnKind.Number, ColumnKind.Boolean, ColumnKind.Timestamp);
        return [.. step.Inputs.Select(_ => ColumnType.Tensor(ElementType.Float32, []))];
    }

    internal override Action<WorkingRecord> Bind(StepContext step)
    {
        var (from, to) = (step.InputSlots.ToArray(), step.OutputSlots.ToArray());
        return record =>
        {
            for (var i = 0; i < from.Length; i++)
                record.Tensor<float>(to[i])[0] = Of(step, record, i, record[from[i]]);
        };
    }

    /// <exception cref="TransformException">The value is missing, or float32 cannot hold it.</exception>
    public static float Of(StepContext step, WorkingRecord record, int input, in RecordValue value)
    {
        if (value.IsMissing)
            throw step.Missing(record, input);
        var number = (float)value.AsNumber;
        if (!float.IsFinite(number))
            throw step.Error(record, FormattableString.Invariant($"'{step.InputNames[input]}' is {value.AsNumber}, which float32 cannot hold as a number"));
        return number;
    }
}
