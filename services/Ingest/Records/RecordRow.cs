using Mesh.Ingest.V1;

namespace Mesh.Ingest.Records;

/// <summary>
/// The values of one record, by column. A cursor fills it for the record it stands on and reuses it for the next: what is
/// read from it is gone then. Setting a value allocates nothing, but for lists.
/// </summary>
internal sealed class RecordRow
{
    private readonly Cell[] _cells;
    private char[] _text = new char[256];
    private int _textLength;

    public RecordRow(Schema schema)
    {
        Columns = [.. schema.Columns];
        _cells = new Cell[Columns.Length];
    }

    public Column[] Columns { get; }

    /// <summary>Makes every value missing.</summary>
    public void Clear()
    {
        Array.Clear(_cells);
        _textLength = 0;
    }

    public bool IsMissing(int column) => !_cells[column].There;

    /// <summary>INT64; BOOL as 0 or 1; TIMESTAMP as UTC ticks of .NET.</summary>
    public long Integer(int column) => _cells[column].Bits;

    public double Number(int column) => BitConverter.Int64BitsToDouble(_cells[column].Bits);

    public ReadOnlySpan<char> Text(int column) => _text.AsSpan(_cells[column].Start, _cells[column].Length);

    /// <summary>BYTES.</summary>
    public ReadOnlyMemory<byte> Bytes(int column) => _cells[column].Bytes;

    /// <summary>A list of strings, integers, numbers or boxes.</summary>
    public IReadOnlyList<T> List<T>(int column) => (IReadOnlyList<T>)_cells[column].Reference!;

    public ImageCell Image(int column)
    {
        ref var cell = ref _cells[column];
        return new ImageCell(cell.Bytes, (string)cell.Reference!, cell.Length, cell.Start, (int)cell.Bits);
    }

    public void SetInteger(int column, long value) => _cells[column] = new Cell { There = true, Bits = value };

    public void SetNumber(int column, double value) => SetInteger(column, BitConverter.DoubleToInt64Bits(value));

    /// <summary>Copies the text.</summary>
    public void SetText(int column, ReadOnlySpan<char> text)
    {
        if (_textLength + text.Length > _text.Length)
        {
            Array.Resize(ref _text, Math.Max(2 * _text.Length, _textLength + text.Length));
        }

        text.CopyTo(_text.AsSpan(_textLength));
        _cells[column] = new Cell { There = true, Start = _textLength, Length = text.Length };
        _textLength += text.Length;
    }

    /// <summary>The bytes stay where they are; they must not change before the next record.</summary>
    public void SetBytes(int column, ReadOnlyMemory<byte> bytes) => _cells[column] = new Cell { There = true, Bytes = bytes };

    /// <inheritdoc cref="SetBytes"/>
    public void SetImage(int column, in ImageCell image) => _cells[column] = new Cell
    {
        There = true, Bytes = image.Data, Reference = image.Format, Length = image.Height, Start = image.Width, Bits = image.Channels,
    };

    public void SetList<T>(int column, IReadOnlyList<T> values) => _cells[column] = new Cell { There = true, Reference = values };

    private struct Cell
    {
        public bool There;
        public int Start;
        public int Length;
        public long Bits;
        public object? Reference;
        public ReadOnlyMemory<byte> Bytes;
    }
}

/// <summary>An image of a record.</summary>
/// <param name="Format"><see cref="Raw"/>, or the kind of the file: "png".</param>
/// <param name="Channels">0 for a file.</param>
internal readonly record struct ImageCell(ReadOnlyMemory<byte> Data, string Format, int Height, int Width, int Channels)
{
    /// <summary>height × width × channels bytes, row by row.</summary>
    public const string Raw = "raw";
}
