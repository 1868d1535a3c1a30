using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Mesh.Cli.Output;
using Mesh.Ingest.V1;
using Xunit;
using Record = Mesh.Ingest.V1.Record;
using Value = Mesh.Ingest.V1.Value;

namespace Mesh.Cli.Tests.Commands;

public sealed class RecordLineTests
{
    [Fact]
    public void Every_kind_of_value_has_its_json()
    {
        (Value Value, string Json)[] values =
        [
            (new(), "null"),
            (new() { StringValue = "a\"\n猫" }, "\"a\\\"\\n猫\""),
            (new() { Int64Value = long.MinValue }, "-9223372036854775808"),
            (new() { DoubleValue = 0.1 }, "0.1"),
            (new() { DoubleValue = double.NegativeInfinity }, "\"-Infinity\""),
            (new() { DoubleValue = double.NaN }, "\"NaN\""),
            (new() { BoolValue = false }, "false"),
            (new() { BytesValue = ByteString.CopyFrom(1, 2) }, "\"AQI=\""),
            (new() { TimestampValue = Timestamp.FromDateTime(new DateTime(2024, 1, 2, 3, 4, 5, 600, DateTimeKind.Utc)) }, "\"2024-01-02T03:04:05.6Z\""),
            (new() { StringList = new() { Values = { "x", "" } } }, "[\"x\",\"\"]"),
            (new() { Int64List = new() }, "[]"),
            (new() { DoubleList = new() { Values = { 1, double.PositiveInfinity } } }, "[1,\"Infinity\"]"),
            (new() { Boxes = new() { Boxes = { new Box { X = 1, Y = 2.5, Width = 3, Height = 4, Label = "cat" } } } }, """[{"x":1,"y":2.5,"width":3,"height":4,"label":"cat"}]"""),
            (new() { Image = new() { Encoding = ImageEncoding.File, Data = ByteString.CopyFrom(255) } }, "\"/w==\""),
            (new() { Image = new() { Encoding = ImageEncoding.Raw, Height = 1, Width = 2, Channels = 1, Data = ByteString.CopyFrom(7, 8) } }, """{"height":1,"width":2,"channels":1,"data":"Bwg="}"""),
        ];
        using var line = new RecordLine([.. values.Select((_, i) => $"c{i}")]);
        var record = new Record { Values = { values.Select(v => v.Value) } };
        var expected = $"{{{string.Join(',', values.Select((v, i) => $"\"c{i}\":{v.Json}"))}}}\n";
        Assert.Equal(expected, Encoding.UTF8.GetString(line.Of(record).Span));
        Assert.Equal(expected, Encoding.UTF8.GetString(line.Of(record).Span));
    }
}
