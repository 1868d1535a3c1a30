using Mesh.Transforms.Graph;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;
using Mesh.Transforms.Scalars;

namespace Mesh.Transforms.Numbers;

/// <summary>An input of numbers, or of what stands for one: true is 1, a moment the seconds since 1970. NaN is a missing number.</summary>
internal readonly struct NumericColumn(StepContext step, int input)
{
    private readonly ScalarColumn column = new(step, input);

    public static bool Takes(StepContext step, int input) =>
        ScalarColumn.Takes(step, input, ColumnKind.Integer, ColumnKind.Number, ColumnKind.Boolean, ColumnKind.Timestamp);

    /// <returns>Whether there is a number; it is finite then.</returns>
    /// <exception cref="TransformException">It is infinite.</exception>
    public bool TryRead(WorkingRecord record, out double number)
    {
        var value = column.Read(record);
        number = value.IsMissing ? double.NaN : value.AsNumber;
        return double.IsFinite(number) || (double.IsNaN(number) ? false : throw step.Error(record, $"'{step.InputNames[input]}' is infinite"));
    }
}
