using System.Text;
using System.Text.Json;
using CsCheck;
using Mesh.Ingest.Formats;
using Mesh.Ingest.Formats.Json;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.V1;
using Xunit;

namespace Mesh.Ingest.Tests.Formats;

/// <summary>Random records against System.Text.Json's document model.</summary>
public sealed class JsonPropertyTests
{
    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.OneOf<string>("", "a", "\"", "\\", "é", "😀", "\u2028", "2020-01-01", "null", "[{]}"), Gen.String[Gen.Char.AlphaNumeric, 0, 12]);

    private static readonly Gen<object?> Scalar = Gen.OneOf(
        Text.Select(t => (object?)t), Gen.Long.Select(v => (object?)v), Gen.Double[-1e9, 1e9].Select(v => (object?)v), Gen.Bool.Select(v => (object?)v), Gen.Const((object?)null));

    private static readonly Gen<object?> Value = Gen.Recursive<object?>((depth, self) => depth > 3
        ? Scalar
        : Gen.Frequency(
            (6, Scalar), (1, self.Array[0, 3].Select(v => (object?)v)), (1, Gen.Long.Array[0, 3].Select(v => (object?)v)), (1, Text.Array[0, 3].Select(v => (object?)v)),
            (2, Gen.Dictionary(Gen.OneOf("a", "b", "c"), self)[0, 3].Select(v => (object?)v))));

    private static readonly Gen<Dictionary<string, object?>[]> Records = Gen.Dictionary(Gen.OneOf("a", "b", "c", "d e", "ü"), Value)[0, 4].Array[1, 8];

    [Fact]
    public async Task Records_hold_what_the_document_model_finds()
    {
        using var parser = new ParserFixture(inMemory: true);
        await Gen.Select(Records, Gen.Bool, Gen.Bool).SampleAsync(
            async (records, asArray, escaped) =>
            {
                var writing = new JsonSerializerOptions { Encoder = escaped ? null : System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
                var texts = records.Select(r => JsonSerializer.Serialize(r, writing)).ToArray();
                var bytes = Encoding.UTF8.GetBytes(asArray ? $"[{string.Join(" ,\n", texts)}]" : string.Join('\n', texts));
                if (Leaves(texts).All(l => l.Count == 0))
                {
                    // No column at all.
                    return;
                }

                var format = asArray ? DataFormat.Json : DataFormat.Jsonl;
                var schema = (await parser.ParseAsync([("r.json", bytes)], format)).Facts.Schema.Columns;
                var read = await parser.ReadAsync([("r.json", bytes)], new DatasetVersion { Format = format });
                Assert.Equal(texts.Length, read.Count);
                foreach (var (expected, actual) in Leaves(texts).Zip(read))
                {
                    for (var i = 0; i < schema.Count; i++)
                    {
                        Check(schema[i], expected.TryGetValue(schema[i].Name, out var element) ? element : null, actual.Values[i]);
                        expected.Remove(schema[i].Name);
                    }

                    // What is left is null of what is an object elsewhere.
                    Assert.All(expected.Values, e => Assert.Equal(JsonValueKind.Null, e.ValueKind));
                }
            },
            iter: 150, threads: 1);
    }

    /// <summary>A value goes on where it was cut, wherever that was.</summary>
    [Fact]
    public void The_end_of_a_value_is_found_in_pieces() => Gen.Select(Value, Gen.Int[1, 9]).Sample((value, piece) =>
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(value);
        byte[] all = [.. text, .. " ,\"]}"u8];
        var boundary = new JsonBoundary();
        var (at, ended) = (0, false);
        while (!ended)
        {
            at += boundary.Scan(all.AsSpan(at, Math.Min(piece, all.Length - at)), out ended);
        }

        Assert.Equal(text.Length, at);
    });

    /// <summary>A record is where it is and as long as it is, however its bytes come in.</summary>
    [Fact]
    public async Task Records_are_the_same_whatever_the_reads() => await Gen.Select(Records, Gen.Int[1, 9], Gen.Int[20, 60], Gen.Bool).SampleAsync(async (records, piece, limit, asArray) =>
    {
        var texts = records.Select(r => JsonSerializer.Serialize(r)).ToArray();
        var bytes = Encoding.UTF8.GetBytes(asArray ? $"{{\"n\":[1],\"r\":[ {string.Join(" ,\n", texts)}],\"m\":\"]\"}}" : string.Join("\r\n\n", texts));
        var window = new ByteWindow(new PieceStream(bytes, 0, bytes.Length, piece));
        await using JsonRecords file = asArray ? new JsonArrayFile(window, "f", limit) : new JsonLinesFile(window, "f", limit);
        for (var i = 0; i < texts.Length; i++)
        {
            Assert.True(await file.MoveNextAsync(TestContext.Current.CancellationToken));
            var text = Encoding.UTF8.GetString(file.Record.Span).TrimEnd('\r');
            Assert.Equal(asArray ? i : 2 * i + 1, file.Place);
            if (file.TooLong)
            {
                Assert.InRange(Encoding.UTF8.GetByteCount(texts[i]), limit, int.MaxValue);
                Assert.StartsWith(text, texts[i]);
            }
            else
            {
                Assert.Equal(texts[i], text);
            }
        }

        Assert.False(await file.MoveNextAsync(TestContext.Current.CancellationToken));
    });

    private static List<Dictionary<string, JsonElement>> Leaves(string[] texts) =>
    [
        .. texts.Select(text =>
        {
            var leaves = new Dictionary<string, JsonElement>();
            Collect(JsonDocument.Parse(text).RootElement, "", leaves);
            return leaves;
        }),
    ];

    private static void Collect(JsonElement element, string path, Dictionary<string, JsonElement> leaves)
    {
        foreach (var member in element.EnumerateObject())
        {
            var name = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
            if (member.Value.ValueKind == JsonValueKind.Object)
            {
                Collect(member.Value, name, leaves);
            }
            else
            {
                leaves[name] = member.Value;
            }
        }
    }

    private static void Check(Column column, JsonElement? expected, Value actual)
    {
        if (expected is not { ValueKind: not JsonValueKind.Null } element)
        {
            Assert.Equal(V1.Value.KindOneofCase.None, actual.KindCase);
            return;
        }

        switch (column.Type)
        {
            case ColumnType.String:
                Assert.Equal(element.ValueKind == JsonValueKind.String ? element.GetString() : element.GetRawText(), actual.StringValue);
                break;
            case ColumnType.Int64:
                Assert.Equal(element.GetInt64(), actual.Int64Value);
                break;
            case ColumnType.Double:
                Assert.Equal(element.GetDouble(), actual.DoubleValue);
                break;
            case ColumnType.Bool:
                Assert.Equal(element.GetBoolean(), actual.BoolValue);
                break;
            case ColumnType.Timestamp:
                Assert.Equal(element.GetDateTime(), actual.TimestampValue.ToDateTime());
                break;
            case ColumnType.StringList:
                Assert.Equal(element.EnumerateArray().Select(e => e.GetString()!), actual.StringList.Values);
                break;
            case ColumnType.Int64List:
                Assert.Equal(element.EnumerateArray().Select(e => e.GetInt64()), actual.Int64List.Values);
                break;
            case ColumnType.DoubleList:
                Assert.Equal(element.EnumerateArray().Select(e => e.GetDouble()), actual.DoubleList.Values);
                break;
            default:
                Assert.Fail($"A JSON column cannot be {column.Type}.");
                break;
        }
    }
}
