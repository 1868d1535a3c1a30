using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Mesh.Ingest.V1;

namespace Mesh.Cli.Output;

/// <summary>
/// A record as one line of JSON, its columns as members. Missing values are null; image files and bytes base64; raw pixels and boxes objects; moments
/// ISO 8601; numbers that JSON does not have the words NaN, Infinity and -Infinity.
/// </summary>
internal sealed class RecordLine(IReadOnlyList<string> columns) : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    // Only what JSON itself needs is escaped: it is read by people and programs, not put into a page.
    private readonly Utf8JsonWriter _json = new(Stream.Null, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <returns>UTF-8 with its line end; good until the next call.</returns>
    public ReadOnlyMemory<byte> Of(Record record)
    {
        _buffer.ResetWrittenCount();
        _json.Reset(_buffer);
        _json.WriteStartObject();
        for (var i = 0; i < columns.Count; i++)
        {
            _json.WritePropertyName(columns[i]);
            Write(record.Values[i]);
        }

        _json.WriteEndObject();
        _json.Flush();
        _buffer.Write("\n"u8);
        return _buffer.WrittenMemory;
    }

    public void Dispose() => _json.Dispose();

    private void Write(Value value)
    {
        switch (value.KindCase)
        {
            case Value.KindOneofCase.Image:
                Write(value.Image);
                break;
            case Value.KindOneofCase.StringValue:
                _json.WriteStringValue(value.StringValue);
                break;
            case Value.KindOneofCase.Int64Value:
                _json.WriteNumberValue(value.Int64Value);
                break;
            case Value.KindOneofCase.DoubleValue:
                Write(value.DoubleValue);
                break;
            case Value.KindOneofCase.BoolValue:
                _json.WriteBooleanValue(value.BoolValue);
                break;
            case Value.KindOneofCase.BytesValue:
                _json.WriteBase64StringValue(value.BytesValue.Span);
                break;
            case Value.KindOneofCase.TimestampValue:
                _json.WriteStringValue(value.TimestampValue.ToDateTime());
                break;
            case Value.KindOneofCase.StringList:
                List(value.StringList.Values, _json.WriteStringValue);
                break;
            case Value.KindOneofCase.Int64List:
                List(value.Int64List.Values, _json.WriteNumberValue);
                break;
            case Value.KindOneofCase.DoubleList:
                List(value.DoubleList.Values, Write);
                break;
            case Value.KindOneofCase.Boxes:
                List(value.Boxes.Boxes, Write);
                break;
            default:
                _json.WriteNullValue();
                break;
        }
    }

    private void Write(double value)
    {
        if (double.IsFinite(value))
        {
            _json.WriteNumberValue(value);
        }
        else
        {
            _json.WriteStringValue(double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
        }
    }

    private void Write(ImageValue image)
    {
        if (image.Encoding != ImageEncoding.Raw)
        {
            _json.WriteBase64StringValue(image.Data.Span);
            return;
        }

        _json.WriteStartObject();
        _json.WriteNumber("height", image.Height);
        _json.WriteNumber("width", image.Width);
        _json.WriteNumber("channels", image.Channels);
        _json.WriteBase64String("data", image.Data.Span);
        _json.WriteEndObject();
    }

    private void Write(Box box)
    {
        _json.WriteStartObject();
        foreach (var (name, value) in new[] { ("x", box.X), ("y", box.Y), ("width", box.Width), ("height", box.Height) })
        {
            _json.WritePropertyName(name);
            Write(value);
        }

        _json.WriteString("label", box.Label);
        _json.WriteEndObject();
    }

    private void List<T>(IEnumerable<T> values, Action<T> write)
    {
        _json.WriteStartArray();
        foreach (var value in values)
        {
            write(value);
        }

        _json.WriteEndArray();
    }
}
