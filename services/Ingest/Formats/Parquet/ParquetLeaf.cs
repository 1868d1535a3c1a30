using Mesh.Ingest.Formats.Columnar;
using ParquetSharp;

namespace Mesh.Ingest.Formats.Parquet;

/// <summary>Reads one column of one row group, row by row. Holds a page, its dictionary, and the levels of some rows.</summary>
internal abstract class ParquetLeaf : IDisposable
{
    /// <summary>Puts the next row's value into a record.</summary>
    /// <returns>What is wrong with it.</returns>
    public abstract string? Take(ColumnarRow row, int index);

    public abstract void Skip(long rows);

    public abstract void Dispose();

    public static ParquetLeaf Of(ColumnReader reader, ParquetColumn column, int pages, string where)
    {
        var descriptor = reader.ColumnDescriptor;
        return reader switch
        {
            ColumnReader<bool> booleans => new ParquetLeaf<bool>(booleans, TypedValue.Of, column.Levels, pages, where),
            ColumnReader<int> integers => new ParquetLeaf<int>(integers, ParquetValues.Of32(descriptor), column.Levels, pages, where),
            ColumnReader<long> integers => new ParquetLeaf<long>(integers, ParquetValues.Of64(descriptor), column.Levels, pages, where),
            ColumnReader<Int96> moments => new ParquetLeaf<Int96>(moments, ParquetValues.Of96, column.Levels, pages, where),
            ColumnReader<float> numbers => new ParquetLeaf<float>(numbers, v => TypedValue.Of((double)v), column.Levels, pages, where),
            ColumnReader<double> numbers => new ParquetLeaf<double>(numbers, TypedValue.Of, column.Levels, pages, where),
            ColumnReader<ByteArray> bytes => new ParquetLeaf<ByteArray>(bytes, ParquetValues.OfBytes(descriptor), column.Levels, pages, where),
            ColumnReader<FixedLenByteArray> bytes => new ParquetLeaf<FixedLenByteArray>(bytes, ParquetValues.OfFixed(descriptor), column.Levels, pages, where),
            _ => throw new DatasetException("COLUMN_TYPE", $"{where} is {reader.Type}, which cannot be read."),
        };
    }
}

/// <inheritdoc cref="ParquetLeaf"/>
internal sealed class ParquetLeaf<T>(ColumnReader<T> reader, ParquetValue<T> valueOf, ParquetLevels levels, int pages, string where) : ParquetLeaf
    where T : unmanaged
{
    private const int BatchLevels = 1024;

    private readonly short[] _definitions = new short[BatchLevels];
    private readonly short[] _repetitions = new short[BatchLevels];
    private readonly T[] _values = new T[BatchLevels];
    private int _emptyPages = pages;
    private int _count;
    private int _level;
    private int _value;
    private long _valuesRead;

    public override string? Take(ColumnarRow row, int index)
    {
        if (!More())
        {
            throw Short();
        }

        return levels.IsList ? TakeList(row, index) : Definition == levels.Defined ? row.Take(index, Next()) : Pass();
    }

    public override void Skip(long rows)
    {
        for (; rows > 0 && (levels.IsList || _level < _count); rows--)
        {
            if (!More())
            {
                throw Short();
            }

            do
            {
                Leave();
            }
            while (levels.IsList && More() && _repetitions[_level] > 0);
        }

        // What is left of a flat column need not be decoded.
        while (rows > 0)
        {
            var left = rows;
            var skipped = ParquetFault.Guard(where, () => reader.Skip(left));
            rows -= skipped;
            if (skipped == 0 && _emptyPages-- <= 0)
            {
                throw Short();
            }
        }
    }

    public override void Dispose() => reader.Dispose();

    // Without optional nodes above it a leaf has no definition levels.
    private int Definition => levels.Defined == 0 ? 0 : _definitions[_level];

    private string? TakeList(ColumnarRow row, int index)
    {
        string? problem = null;
        if (Definition < levels.ListDefined)
        {
            var there = Definition == levels.ListDefined - 1;
            Leave();
            if (there)
            {
                row.BeginList(index);
                row.EndList(index);
            }

            return null;
        }

        row.BeginList(index);
        do
        {
            // After a fault the row is still passed over to its end.
            problem ??= row.Add(Definition < levels.Defined ? TypedValue.Missing : valueOf(_values[Value()]));
            Leave();
        }
        while (More() && _repetitions[_level] > 0);

        if (problem is null)
        {
            row.EndList(index);
        }

        return problem;
    }

    private TypedValue Next()
    {
        var value = valueOf(_values[Value()]);
        Leave();
        return value;
    }

    private string? Pass()
    {
        Leave();
        return null;
    }

    private int Value() => _value < _valuesRead ? _value : throw Short();

    private void Leave()
    {
        _value += Definition == levels.Defined ? 1 : 0;
        _level++;
    }

    private bool More()
    {
        if (_level < _count)
        {
            return true;
        }

        (_level, _value) = (0, 0);
        do
        {
            _count = ParquetFault.Guard(where, () => (int)reader.ReadBatch(BatchLevels, _definitions, _repetitions, _values, out _valuesRead));
        }
        // An empty page, which writers do write, looks like the end.
        while (_count == 0 && _emptyPages-- > 0);

        return _count > 0;
    }

    private DatasetException Short() => ParquetFooter.Damaged(where, "has fewer rows than it says");
}
