using Mesh.Shards;
using Mesh.Specs;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;
using Mesh.Transforms.Scalars;

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
        for (var i = 0; i < step.Inputs.Count; i++)
            NumericColumn.Takes(step, i);
        return [.. step.Inputs.Select(_ => ColumnType.Tensor(ElementType.Float32, []))];
    }

    internal override Action<WorkingRecord> Bind(StepContext step)
    {
        var to = step.OutputSlots.ToArray();
        ScalarColumn[] columns = [.. step.Inputs.Select((_, i) => new ScalarColumn(step, i))];
        return record =>
        {
            for (var i = 0; i < to.Length; i++)
                record.Tensor<float>(to[i])[0] = Of(step, record, i, columns[i].Read(record));
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
