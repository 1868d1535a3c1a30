using System.IO.Hashing;
using System.Runtime.InteropServices;
using Mesh.Ingest.Records;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Versions.Comparing;

/// <summary>XXH128 over the values of a record: equal values have equal hashes, in every version and on every machine.</summary>
internal sealed class RecordHash
{
    private readonly XxHash128 _hash = new();

    /// <summary>Over every column, in the order of the schema.</summary>
    public UInt128 OfContent(RecordRow row)
    {
        for (var i = 0; i < row.Columns.Length; i++)
        {
            Append(row, i);
        }

        return Take();
    }

    public UInt128 OfValue(RecordRow row, int column)
    {
        Append(row, column);
        return Take();
    }

    public static UInt128 OfText(string text) => XxHash128.HashToUInt128(MemoryMarshal.AsBytes(text.AsSpan()));

    private UInt128 Take()
    {
        var hash = _hash.GetCurrentHashAsUInt128();
        _hash.Reset();
        return hash;
    }

    // Kind and length first, so that no two rows of values read the same.
    private void Append(RecordRow row, int column)
    {
        if (row.IsMissing(column))
        {
            Append(ColumnType.Unspecified, 0);
            return;
        }

        var type = row.TypeOf(column);
        switch (type)
        {
            case ColumnType.String:
                Append(type, row.Text(column));
                break;
            case ColumnType.Bytes:
                Append(type, row.Bytes(column).Length);
                _hash.Append(row.Bytes(column).Span);
                break;
            case ColumnType.Image:
                var image = row.Image(column);
                Append(type, ((long)image.Height << 32) | (uint)image.Width);
                Append(type, image.Data.Length);
                _hash.Append(image.Data.Span);
                break;
            case ColumnType.StringList:
                var texts = row.List<string>(column);
                Append(type, texts.Count);
                foreach (var text in texts)
                {
                    Append(type, text.AsSpan());
                }

                break;
            case ColumnType.Int64List:
                Append(type, row.List<long>(column).Count);
                _hash.Append(MemoryMarshal.AsBytes<long>([.. row.List<long>(column)]));
                break;
            case ColumnType.DoubleList:
                Append(type, row.List<double>(column).Count);
                _hash.Append(MemoryMarshal.AsBytes<double>([.. row.List<double>(column)]));
                break;
            case ColumnType.Boxes:
                var boxes = row.List<Box>(column);
                Append(type, boxes.Count);
                foreach (var box in boxes)
                {
                    _hash.Append(MemoryMarshal.AsBytes<double>([box.X, box.Y, box.Width, box.Height]));
                    Append(type, box.Label.AsSpan());
                }

                break;
            default:
                Append(type, row.Integer(column));
                break;
        }
    }

    private void Append(ColumnType type, ReadOnlySpan<char> text)
    {
        Append(type, text.Length);
        _hash.Append(MemoryMarshal.AsBytes(text));
    }

    private void Append(ColumnType type, long value)
    {
        Span<long> words = [(long)type, value];
        _hash.Append(MemoryMarshal.AsBytes(words));
    }
}
