using Apache.Arrow;
using Mesh.Ingest.Formats.Columnar;

namespace Mesh.Ingest.Formats.Arrow;

/// <summary>The values of one column in one batch.</summary>
internal abstract class ArrowCells(IReadOnlyList<StructArray> structures)
{
    /// <summary>Puts a row's value into a record.</summary>
    /// <returns>What is wrong with it.</returns>
    public string? Take(int row, ColumnarRow record, int index)
    {
        foreach (var structure in structures)
        {
            if (structure.IsNull(row))
            {
                return null;
            }
        }

        return Value(row, record, index);
    }

    public static ArrowCells Of(RecordBatch batch, ArrowColumn column)
    {
        var structures = new List<StructArray>();
        var array = batch.Column(column.Path[0]);
        foreach (var field in column.Path.AsSpan(1))
        {
            structures.Add((StructArray)array);
            array = structures[^1].Fields[field];
        }

        return array switch
        {
            ListArray list => new ArrowListCells(structures, list, list.Values, row => (list.ValueOffsets[row], list.ValueOffsets[row + 1])),
            LargeListArray list => new ArrowListCells(structures, list, list.Values, row => (list.ValueOffsets[row], list.ValueOffsets[row + 1])),
            FixedSizeListArray list when ((Apache.Arrow.Types.FixedSizeListType)list.Data.DataType).ListSize is var size =>
                new ArrowListCells(structures, list, list.Values, row => ((long)row * size, (row + 1L) * size)),
            _ => new ArrowScalarCells(structures, array),
        };
    }

    protected abstract string? Value(int row, ColumnarRow record, int index);
}

/// <inheritdoc cref="ArrowCells"/>
internal sealed class ArrowScalarCells(IReadOnlyList<StructArray> structures, IArrowArray array) : ArrowCells(structures)
{
    private readonly ArrowValue _valueOf = ArrowValues.Of(array);

    protected override string? Value(int row, ColumnarRow record, int index) => array.IsNull(row) ? null : record.Take(index, _valueOf(row));
}

/// <inheritdoc cref="ArrowCells"/>
/// <param name="range">First element of a row, and the one behind its last.</param>
internal sealed class ArrowListCells(IReadOnlyList<StructArray> structures, IArrowArray array, IArrowArray elements, Func<int, (long Start, long End)> range)
    : ArrowCells(structures)
{
    private readonly ArrowValue _valueOf = ArrowValues.Of(elements);

    protected override string? Value(int row, ColumnarRow record, int index)
    {
        if (array.IsNull(row))
        {
            return null;
        }

        record.BeginList(index);
        var (start, end) = range(row);
        if (start < 0 || end < start || end > elements.Length)
        {
            throw new InvalidDataException("A list lies outside of its elements.");
        }

        for (var i = (int)start; i < end; i++)
        {
            if (record.Add(elements.IsNull(i) ? TypedValue.Missing : _valueOf(i)) is { } problem)
            {
                return problem;
            }
        }

        record.EndList(index);
        return null;
    }
}
