using Mesh.Specs;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Numbers;

/// <summary>A function of one number, for each input by itself, in place. Missing numbers stay missing, for impute to fill.</summary>
internal abstract class NumberTransform : RecordTransform
{
    public sealed override int MaximumInputs => PipelineSpec.MaximumColumns;

    internal sealed override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        for (var i = 0; i < step.Inputs.Count; i++)
            NumericColumn.Takes(step, i);
        return [.. step.Inputs.Select(_ => ColumnType.Number)];
    }

    internal sealed override Action<WorkingRecord> Bind(StepContext step)
    {
        var (functions, to) = (Functions(step), step.OutputSlots.ToArray());
        NumericColumn[] columns = [.. step.Inputs.Select((_, i) => new NumericColumn(step, i))];
        return record =>
        {
            for (var i = 0; i < to.Length; i++)
            {
                if (!columns[i].TryRead(record, out var number))
                {
                    record.Set(to[i], RecordValue.Missing);
                    continue;
                }

                var result = functions[i](number);
                if (!double.IsFinite(result))
                    throw step.Error(record, FormattableString.Invariant($"'{step.InputNames[i]}' is {number}, {Refusal}"));
                record.Set(to[i], RecordValue.OfNumber(result));
            }
        };
    }

    /// <summary>Why a number is refused whose result is not finite: "which has no …".</summary>
    protected abstract string Refusal { get; }

    /// <summary>One for each input, from finite numbers.</summary>
    protected abstract Func<double, double>[] Functions(StepContext step);
}
