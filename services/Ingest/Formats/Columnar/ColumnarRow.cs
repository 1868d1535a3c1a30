using Mesh.Ingest.Formats.Schemas;
using Mesh.Ingest.Records;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats.Columnar;

/// <summary>
/// Builds one record out of the typed values of its columns, and bounds it: what it holds may have as many bytes as any
/// record, and its images as many as any image. Each call returns what is wrong, in words that follow "it".
/// </summary>
internal sealed class ColumnarRow(RecordLayout layout, IngestOptions limits)
{
    private const int ElementBytes = 8;

    private readonly TypedCells _cells = new(layout, limits);
    private readonly ColumnarList _list = new();
    private RecordRow _row = new(layout.Schema);
    private byte[] _bytes = new byte[256];
    private int _taken;
    private long _size;
    private long _images;

    /// <summary>What the record holds so far.</summary>
    public long Bytes => _size + _images;

    /// <param name="row">Gets the values.</param>
    public void Begin(RecordRow row)
    {
        row.Clear();
        (_row, _taken, _size, _images) = (row, 0, 0, 0);
    }

    public string? Take(int index, TypedValue value)
    {
        if (value.IsMissing)
        {
            return null;
        }

        if (Count(_row.Columns[index].Type == ColumnType.Image, value.Bytes.Length) is { } tooLarge)
        {
            return tooLarge;
        }

        return value.Type switch
        {
            ColumnType.Int64 => _cells.Integer(_row, index, value.Integer),
            ColumnType.Double => _cells.Number(_row, index, value.Number),
            ColumnType.Bool => _cells.Boolean(_row, index, value.Integer != 0),
            ColumnType.Timestamp => _cells.Moment(_row, index, value.Integer),
            ColumnType.String => _cells.Text(_row, index, value.Bytes),
            ColumnType.Bytes => _cells.Bytes(_row, index, Keep(value.Bytes)),
            _ => $"has {Printable.Of(_row.Columns[index].Name, 60)} out of range",
        };
    }

    /// <summary>Begins a list; its elements follow, then its end.</summary>
    public void BeginList(int index) => _list.Begin(_row.Columns[index]);

    public string? Add(TypedValue element) => Count(image: false, element.Bytes.Length) ?? _list.Add(element);

    /// <summary>Puts the list into the row, that nothing is wrong with.</summary>
    public void EndList(int index) => _list.Into(_row, index);

    /// <summary>Once all values are in.</summary>
    public string? End() => TypedCells.Missing(_row);

    private string? Count(bool image, long bytes)
    {
        if (image)
        {
            return (_images += bytes) > limits.MaxImageBytes ? $"has images of more than {limits.MaxImageBytes} bytes" : null;
        }

        return (_size += bytes + ElementBytes) > limits.MaxRecordBytes ? $"has more than {limits.MaxRecordBytes} bytes" : null;
    }

    /// <summary>The reader's bytes may be gone before the record is; copies once.</summary>
    private ReadOnlyMemory<byte> Keep(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length - _taken < bytes.Length)
        {
            // What was kept before stays in the old array.
            (_bytes, _taken) = (new byte[Math.Max(2 * _bytes.Length, bytes.Length)], 0);
        }

        bytes.CopyTo(_bytes.AsSpan(_taken));
        _taken += bytes.Length;
        return _bytes.AsMemory(_taken - bytes.Length, bytes.Length);
    }
}
