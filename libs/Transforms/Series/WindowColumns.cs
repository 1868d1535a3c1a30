using Mesh.Shards;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Numbers;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Series;

/// <summary>Some of the inputs of a step, as the numbers of one moment: numeric columns and float32 vectors, one after the other.</summary>
/// <param name="step">Whose inputs; bound, when records are read.</param>
/// <param name="inputs">Which of them, by their place.</param>
internal sealed class WindowColumns(StepContext step, IReadOnlyList<int> inputs)
{
    private readonly int[] inputs = [.. inputs];

    /// <summary>How many numbers; null while a shape is not known.</summary>
    public int? Length { get; } = inputs.Aggregate((int?)0, (length, input) => length + LengthOf(step.Inputs[input]));

    /// <summary>Whether the record has all of them.</summary>
    public bool AllIn(WorkingRecord record)
    {
        foreach (var input in inputs)
        {
            if (step.Inputs[input].Kind != ColumnKind.Tensor && record[step.InputSlots[input]].IsMissing)
                return false;
        }

        return true;
    }

    /// <exception cref="TransformException">A value is missing, or float32 cannot hold it.</exception>
    public void Read(WorkingRecord record, Span<float> moment)
    {
        var at = 0;
        foreach (var input in inputs)
        {
            var slot = step.InputSlots[input];
            if (step.Inputs[input].Kind == ColumnKind.Tensor)
            {
                var vector = record.Tensor<float>(slot);
                vector.CopyTo(moment[at..]);
                at += vector.Length;
            }
            else
            {
                moment[at++] = Number.Of(step, record, input, record[slot]);
            }
        }
    }

    /// <summary>Whether a column can be one of them.</summary>
    public static bool Fits(ColumnType type) => type.Kind is ColumnKind.Unknown || type.Kind.IsNumeric
        || type.Kind == ColumnKind.Tensor && type.Element == ElementType.Float32 && type.Shape is null or { Length: <= 1 };

    private static int? LengthOf(ColumnType type) => type.Kind switch
    {
        ColumnKind.Unknown => null,
        ColumnKind.Tensor => type.Shape?.Aggregate(1, (all, side) => all * side),
        _ => 1,
    };
}
