using Mesh.Ingest.V1;

namespace Mesh.Ingest.Records;

/// <summary>
/// The values of one record, by column. A cursor fills it for the record it stands on and reuses it for the next: what is
/// read from it is gone then. Setting a value allocates nothing, but for lists.
/// </summary>
internal sealed class RecordRow
{
    private const int SmallText = 256;
    private const int LargeText = 8 * 1024;

    private readonly ColumnType[] _types;
    private readonly bool[] _there;
    private readonly long[] _bits;
    private readonly (int Start, int Length)[] _texts;
    private readonly object?[] _references;
    private readonly ReadOnlyMemory<byte>[] _bytes;
    private char[] _text = new char[SmallText];
    private int _textLength;

    public RecordRow(Schema schema)
    {
        Columns = [.. schema.Columns];
        _types = [.. Columns.Select(c => c.Type)];
        var count = Columns.Length;
        (_there, _bits, _texts, _references, _bytes) = (new bool[count], new long[count], new (int, int)[count], new object?[count], new ReadOnlyMemory<byte>[count]);
    }

    public Column[] Columns { get; }

    public ColumnType TypeOf(int column) => _types[column];

    /// <summary>Characters of all texts.</summary>
    public int TextLength => _textLength;

    /// <summary>Lets go of a buffer that one long text made large. The values are gone then.</summary>
    public void Shrink()
    {
        if (_text.Length > LargeText)
        {
            Clear();
            _text = new char[SmallText];
        }
    }

    /// <summary>Makes every value missing.</summary>
    public void Clear()
    {
        Array.Clear(_there);
        _textLength = 0;
    }

    public bool IsMissing(int column) => !_there[column];

    /// <summary>INT64; BOOL as 0 or 1; TIMESTAMP as UTC ticks of .NET.</summary>
    public long Integer(int column) => _bits[column];

    public double Number(int column) => BitConverter.Int64BitsToDouble(_bits[column]);

    public ReadOnlySpan<char> Text(int column) => _text.AsSpan(_texts[column].Start, _texts[column].Length);

    /// <summary>BYTES.</summary>
    public ReadOnlyMemory<byte> Bytes(int column) => _bytes[column];

    /// <summary>A list of strings, integers, numbers or boxes.</summary>
    public IReadOnlyList<T> List<T>(int column) => (IReadOnlyList<T>)_references[column]!;

    public ImageCell Image(int column) =>
        new(_bytes[column], (string)_references[column]!, Height: _texts[column].Length, Width: _texts[column].Start, Channels: (int)_bits[column]);

    public void SetInteger(int column, long value)
    {
        _there[column] = true;
        _bits[column] = value;
    }

    public void SetNumber(int column, double value) => SetInteger(column, BitConverter.DoubleToInt64Bits(value));

    /// <summary>Copies the text.</summary>
    public void SetText(int column, ReadOnlySpan<char> text)
    {
        if (text.Length > _text.Length - _textLength)
        {
            Array.Resize(ref _text, Math.Max(2 * _text.Length, _textLength + text.Length));
        }

        text.CopyTo(_text.AsSpan(_textLength));
        _there[column] = true;
        _texts[column] = (_textLength, text.Length);
        _textLength += text.Length;
    }

    /// <summary>The bytes stay where they are; they must not change before the next record.</summary>
    public void SetBytes(int column, ReadOnlyMemory<byte> bytes)
    {
        _there[column] = true;
        _bytes[column] = bytes;
    }

    /// <inheritdoc cref="SetBytes"/>
    public void SetImage(int column, in ImageCell image)
    {
        SetBytes(column, image.Data);
        (_references[column], _texts[column], _bits[column]) = (image.Format, (image.Width, image.Height), image.Channels);
    }

    /// <summary>Copies the list.</summary>
    public void SetList<T>(int column, IReadOnlyList<T> values)
    {
        _there[column] = true;
        _references[column] = values.ToArray();
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
