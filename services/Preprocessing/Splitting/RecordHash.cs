using System.IO.Hashing;
using System.Runtime.InteropServices;
using Mesh.Transforms.Records;

namespace Mesh.Preprocessing.Splitting;

/// <summary>XXH128 over values: equal ones have equal hashes, in every version and on every machine. Not safe for concurrent use.</summary>
internal sealed class RecordHash
{
    private readonly XxHash128 _hash = new();

    public UInt128 Of(in RecordValue value)
    {
        Append(value);
        return Take();
    }

    public UInt128 Of(ReadOnlySpan<RecordValue> values, ReadOnlySpan<int> columns)
    {
        foreach (var column in columns)
        {
            Append(values[column]);
        }

        return Take();
    }

    private UInt128 Take()
    {
        var hash = _hash.GetCurrentHashAsUInt128();
        _hash.Reset();
        return hash;
    }

    // Kind and length first, so that no two rows of values read the same.
    private void Append(in RecordValue value)
    {
        switch (value.Kind)
        {
            case ColumnKind.Text:
                Append(value.Text);
                break;
            case ColumnKind.Bytes:
                Append(value.Kind, value.Bytes.Length);
                _hash.Append(value.Bytes.Span);
                break;
            case ColumnKind.Image:
                Append(value.Image);
                break;
            case ColumnKind.TextList:
                Append(value.Kind, value.Texts.Length);
                foreach (var text in value.Texts)
                {
                    Append(text);
                }

                break;
            case ColumnKind.IntegerList:
                Append(value.Kind, value.Integers.Length);
                _hash.Append(MemoryMarshal.AsBytes(value.Integers));
                break;
            case ColumnKind.NumberList:
                Append(value.Kind, value.Numbers.Length);
                _hash.Append(MemoryMarshal.AsBytes(value.Numbers));
                break;
            case ColumnKind.Boxes:
                Append(value.Kind, value.Boxes.Length);
                foreach (var box in value.Boxes)
                {
                    _hash.Append(MemoryMarshal.AsBytes<double>([box.X, box.Y, box.Width, box.Height]));
                    Append(box.Label);
                }

                break;
            case ColumnKind.ImageList:
                Append(value.Kind, value.Images.Length);
                foreach (var image in value.Images)
                {
                    Append(image);
                }

                break;
            case ColumnKind.Timestamp:
                Append(value.Kind, value.Timestamp.Ticks);
                break;
            case ColumnKind.Number:
                Append(value.Kind, BitConverter.DoubleToInt64Bits(value.Number));
                break;
            case ColumnKind.Integer:
                Append(value.Kind, value.Integer);
                break;
            case ColumnKind.Boolean:
                Append(value.Kind, value.Boolean ? 1 : 0);
                break;
            default:
                Append(ColumnKind.Unknown, 0);
                break;
        }
    }

    private void Append(RawImage image)
    {
        Append(ColumnKind.Image, image.IsFile ? -1 : image.Channels);
        Append(ColumnKind.Image, ((long)image.Height << 32) | (uint)image.Width);
        Append(ColumnKind.Image, image.Bytes.Length);
        _hash.Append(image.Bytes.Span);
    }

    private void Append(string text)
    {
        Append(ColumnKind.Text, text.Length);
        _hash.Append(MemoryMarshal.AsBytes(text.AsSpan()));
    }

    private void Append(ColumnKind kind, long value)
    {
        Span<long> words = [(long)kind, value];
        _hash.Append(MemoryMarshal.AsBytes(words));
    }
}
