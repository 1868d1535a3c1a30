using System.Numerics;
using Mesh.Shards;
using Mesh.Specs;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Numbers;

/// <summary>Lists of numbers of one length, such as embeddings → float32 vectors, each in place.</summary>
internal sealed class Vector : RecordTransform
{
    private const int MaximumLength = 1 << 20;

    public override string Type => "vector";

    public override int Version => 1;

    public override string Summary => "Stores lists of numbers of one length, such as embeddings, as float32 vectors; a list of another length is refused.";

    public override int MaximumInputs => PipelineSpec.MaximumColumns;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new IntegerParameter("length", 1, MaximumLength, "Numbers of every list.")];

    internal override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        step.TakesAll(ColumnKind.NumberList, ColumnKind.IntegerList);
        return [.. step.Inputs.Select(_ => ColumnType.Tensor(ElementType.Float32, [(int)step.Values.Integer("length")]))];
    }

    internal override Action<WorkingRecord> Bind(StepContext step)
    {
        var (from, to) = (step.InputSlots.ToArray(), step.OutputSlots.ToArray());
        return record =>
        {
            for (var i = 0; i < from.Length; i++)
            {
                ref readonly var list = ref record[from[i]];
                if (list.IsMissing)
                    throw step.Missing(record, i);
                var vector = record.Tensor<float>(to[i]);
                if (list.Kind == ColumnKind.IntegerList)
                    Write(step, record, i, list.Integers, vector);
                else
                    Write(step, record, i, list.Numbers, vector);
            }
        };
    }

    private static void Write<T>(StepContext step, WorkingRecord record, int input, ReadOnlySpan<T> list, Span<float> vector)
        where T : INumber<T>
    {
        if (list.Length != vector.Length)
            throw step.Error(record, $"'{step.InputNames[input]}' has {list.Length} numbers; every list has {vector.Length} (length)");
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] = float.CreateSaturating(list[i]);
            if (!float.IsFinite(vector[i]))
                throw step.Error(record, FormattableString.Invariant($"number {i} of '{step.InputNames[input]}' is {list[i]}, which float32 cannot hold"));
        }
    }
}
