using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Mesh.Ingest.V1;
using Value = Mesh.Ingest.V1.Value;

namespace Mesh.Ingest.Records;

/// <summary>
/// Values on the wire. Short texts that come again and again are one message object each, as is every missing value; images and bytes are copied once,
/// out of the row.
/// </summary>
internal sealed class RecordValues
{
    private const int CachedTexts = 4096;
    private const int CachedLength = 64;

    private static readonly Value Missing = new();

    private readonly Dictionary<string, Value> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Value>.AlternateLookup<ReadOnlySpan<char>> _textsBySpan;

    public RecordValues() => _textsBySpan = _texts.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>A value of no kind when it is missing.</summary>
    public Value Of(RecordRow row, int column) => row.IsMissing(column) ? Missing : row.Columns[column].Type switch
    {
        ColumnType.String => TextValue(row.Text(column)),
        ColumnType.Int64 => new Value { Int64Value = row.Integer(column) },
        ColumnType.Double => new Value { DoubleValue = row.Number(column) },
        ColumnType.Bool => new Value { BoolValue = row.Integer(column) != 0 },
        ColumnType.Timestamp => new Value { TimestampValue = Timestamp.FromDateTime(new DateTime(row.Integer(column), DateTimeKind.Utc)) },
        ColumnType.Bytes => new Value { BytesValue = ByteString.CopyFrom(row.Bytes(column).Span) },
        ColumnType.Image => new Value { Image = ToImage(row.Image(column)) },
        ColumnType.StringList => new Value { StringList = new StringList { Values = { row.List<string>(column) } } },
        ColumnType.Int64List => new Value { Int64List = new Int64List { Values = { row.List<long>(column) } } },
        ColumnType.DoubleList => new Value { DoubleList = new DoubleList { Values = { row.List<double>(column) } } },
        ColumnType.Boxes => new Value { Boxes = new BoxList { Boxes = { row.List<Box>(column) } } },
        var type => throw new InvalidOperationException($"A column cannot be {type}."),
    };

    private static ImageValue ToImage(in ImageCell image) => new()
    {
        Data = ByteString.CopyFrom(image.Data.Span),
        Encoding = image.Format == ImageCell.Raw ? ImageEncoding.Raw : ImageEncoding.File,
        Height = image.Height,
        Width = image.Width,
        Channels = image.Channels,
    };

    private Value TextValue(ReadOnlySpan<char> text)
    {
        if (text.Length > CachedLength)
        {
            return new Value { StringValue = text.ToString() };
        }

        if (_textsBySpan.TryGetValue(text, out var known))
        {
            return known;
        }

        var value = new Value { StringValue = text.ToString() };
        if (_texts.Count < CachedTexts)
        {
            _texts[value.StringValue] = value;
        }

        return value;
    }
}
