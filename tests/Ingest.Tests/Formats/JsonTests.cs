using System.Text;
using Mesh.Ingest.Formats;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.V1;
using Xunit;

namespace Mesh.Ingest.Tests.Formats;

public sealed class JsonTests
{
    private const string People = """
        {"name":"Ada","age":36,"height":1.65,"member":true,"born":"1815-12-10","tags":["maths","engines"],"home":{"city":"London","at":{"lat":51.5}}}
        {"name":"Alan \"T\" \u00e9\ud83d\ude00","age":41,"member":false,"born":"1912-06-23T10:00:00+02:00","tags":[],"scores":[1,2],"home":{"city":null}}

        {"age":null,"height":2,"scores":[3],"weights":[0.5,1],"name":"x","boxes":[{"x":1}]}
        """;

    private static readonly (string, ColumnType)[] PeopleColumns =
    [
        ("name", ColumnType.String), ("age", ColumnType.Int64), ("height", ColumnType.Double), ("member", ColumnType.Bool), ("born", ColumnType.Timestamp),
        ("tags", ColumnType.StringList), ("home.city", ColumnType.String), ("home.at.lat", ColumnType.Double), ("scores", ColumnType.Int64List),
        ("weights", ColumnType.DoubleList), ("boxes", ColumnType.String),
    ];

    [Theory]
    [InlineData("people.jsonl", DataFormat.Jsonl, "#1 #2 #4")]
    [InlineData("people.json", DataFormat.Json, "#0 #1 #2")]
    [InlineData("wrapped.json", DataFormat.Json, "#0 #1 #2")]
    public async Task Types_names_and_missing_values_are_found(string name, DataFormat format, string places)
    {
        using var parser = new ParserFixture();
        var lines = People.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var text = name switch
        {
            "people.jsonl" => People,
            "people.json" => $"\uFEFF[\n  {string.Join(",\r\n  ", lines)}\n]\n",
            _ => $$"""{"version": 1, "note": "[{]}\"", "sizes": [1, [2]], "rows": [{{string.Join(',', lines)}}], "more": {"a": [{}]} }""",
        };
        var parsed = await parser.ParseAsync([Json(name, text)]);
        Assert.Equal(format, parsed.Facts.Format);
        Assert.Equal(PeopleColumns, parsed.Facts.Schema.Columns.Select(c => (c.Name, c.Type)));
        Assert.Equal(0, parsed.Rejected);

        var records = await parser.ReadAsync([Json(name, text)]);
        Assert.Equal(places.Split(' ').Select(p => name + p), records.Select(r => r.Source));
        Assert.Equal(["Ada", "Alan \"T\" é😀", "x"], records.Select(r => r.Values[0].StringValue));
        Assert.Equal([36, 41], records.Take(2).Select(r => r.Values[1].Int64Value));
        Assert.Equal(Value.KindOneofCase.None, records[2].Values[1].KindCase);
        Assert.Equal(Value.KindOneofCase.None, records[1].Values[2].KindCase);
        Assert.Equal((1.65, 2.0), (records[0].Values[2].DoubleValue, records[2].Values[2].DoubleValue));
        Assert.Equal(new DateTime(1912, 6, 23, 8, 0, 0, DateTimeKind.Utc), records[1].Values[4].TimestampValue.ToDateTime());
        Assert.Equal(["maths", "engines"], records[0].Values[5].StringList.Values);
        Assert.Equal((Value.KindOneofCase.StringList, 0), (records[1].Values[5].KindCase, records[1].Values[5].StringList.Values.Count));
        Assert.Equal(("London", 51.5), (records[0].Values[6].StringValue, records[0].Values[7].DoubleValue));
        Assert.Equal(Value.KindOneofCase.None, records[1].Values[6].KindCase);
        Assert.Equal([0.5, 1], records[2].Values[9].DoubleList.Values);
        Assert.Equal("[{\"x\":1}]", records[2].Values[10].StringValue);
    }

    [Fact]
    public async Task Bad_records_are_kept_aside_with_place_reason_and_text()
    {
        using var parser = new ParserFixture(options => options.MaxRecordBytes = 2048);
        (string Line, string Reason)[] bad =
        [
            ("{\"a\":1,\"a\":2}", "has a twice"), ("{\"o\":{\"b\":1},\"o.b\":2}", "has o.b twice"), ("{\"a\":NaN}", "is not valid JSON (at byte 6)"),
            ("{\"a\":1", "is not valid JSON (at byte 8)"), ("{\"a\":1} x", "is not valid JSON (at byte 9)"), ("[1]", "is no JSON object"), ("7", "is no JSON object"),
            ("{\"s\":\"\\ud800\"}", "holds half a character (a surrogate without its other half)"), ("{\"a\":1e999}", "has a \"1e999\", which is no whole number"),
            ("{\"c\":1}", "has c, which the first records do not have; to keep it, name it in the schema"),
            ("{\"o\":{\"c\":{\"d\":1}}}", "has o.c, which the first records do not have; to keep it, name it in the schema"),
            ("{\"o\":5}", "has o that is no object, as it is in the first records"),
            ("{\"l\":[\"x\",null]}", "has l \"null\", which is no list of strings"), ("{\"l\":5}", "has l \"5\", which is no list of strings"),
            ("{\"a\":\"many\"}", "has a \"many\", which is no whole number"), ("{\"t\":\"soon\"}", "has t \"soon\", which is no date or time (ISO 8601)"),
            ("{\"\":1}", "has a name that is empty, longer than 256 characters (with those around it) or holds control characters"),
            ($"{{\"s\":\"{new string('x', 3000)}\"}}", "has more than 2048 bytes"),
        ];
        // The first 10,000 decide; faults among them would be as well, but not unknown names.
        var good = new StringBuilder();
        for (var i = 0; i < 10_000; i++)
        {
            good.Append("{\"a\":1,\"s\":\"x\",\"o\":{\"b\":2},\"l\":[\"y\"],\"t\":\"2020-01-01\"}\n");
        }

        byte[] text = [.. Encoding.UTF8.GetBytes(good + string.Join("\r\n", bad.Select(b => b.Line)) + "\n{\"s\":\""), 0xff, .. "\"}\n{\"c\":null,\"a\":7}"u8];
        var parsed = await parser.ParseAsync([("b.jsonl", text)]);
        Assert.Equal((10_001L, bad.Length + 1L), (parsed.Records, parsed.Rejected));
        var expected = bad.Select((b, i) => ($"b.jsonl#{10_001 + i}", b.Reason)).Append(($"b.jsonl#{10_001 + bad.Length}", "holds bytes that are not UTF-8"));
        Assert.Equal(expected, parser.Quarantined.Select(r => (r.Source, r.Reason)));
        Assert.Equal(bad[0].Line, parser.Quarantined[0].Text);
        Assert.Equal(2048 + 952 + 8, bad[17].Line.Length);
        Assert.Equal(bad[17].Line, parser.Quarantined[17].Text);
    }

    [Fact]
    public async Task Objects_lie_in_objects_up_to_eight_deep()
    {
        using var parser = new ParserFixture();
        static string Deep(int objects) => string.Concat(Enumerable.Repeat("{\"a\":", objects)) + "1" + new string('}', objects);
        var parsed = await parser.ParseAsync([Json("d.jsonl", $"{Deep(8)}\n{Deep(9)}\n")]);
        Assert.Equal("a.a.a.a.a.a.a.a", parsed.Facts.Schema.Columns.Single().Name);
        Assert.Equal(("d.jsonl#2", "has objects in objects more than 8 deep, at a.a.a.a.a.a.a.a"), (parser.Quarantined.Single().Source, parser.Quarantined.Single().Reason));
    }

    [Fact]
    public async Task A_bad_element_of_an_array_does_not_spoil_the_others()
    {
        using var parser = new ParserFixture(options => options.MaxRecordBytes = 100_000);
        var text = $$"""[{"a":1},{"a":NaN},3,"x, ]", {"a":2,"b":"{{new string('y', 1_000_000)}}"},{"a":3,"b":"]}\\\""}]""";
        var records = await parser.ReadAsync([Json("r.json", text)], new DatasetVersion { MaxRejectedFraction = 0.9 });
        Assert.Equal([("r.json#0", 1L), ("r.json#5", 3L)], records.Select(r => (r.Source, r.Values[0].Int64Value)));
        Assert.Equal("]}\\\"", records[1].Values[1].StringValue);
    }

    [Theory]
    [InlineData("[{\"a\":1}", "JSON_DAMAGED", "d.json is cut off.")]
    [InlineData("[{\"a\":1},{\"a\":2]", "JSON_DAMAGED", "d.json is cut off.")]
    [InlineData("[{\"a\":1},{\"a\":\"2}]", "JSON_DAMAGED", "d.json is cut off, or has brackets or quotes that do not match, in record 1.")]
    [InlineData("[{\"a\":1} {\"a\":2}]", "JSON_DAMAGED", "d.json has no comma behind record 0.")]
    [InlineData("[{\"a\":1},,{\"a\":2}]", "JSON_DAMAGED", "d.json lacks a value behind record 0.")]
    [InlineData("[{\"a\":1}]]", "JSON_DAMAGED", "d.json has text behind its end.")]
    [InlineData("{\"x\":[{\"a\":1}],\"y\":[{\"a\":1}]}", "JSON_AMBIGUOUS", "d.json has two arrays of objects; one of them has to be a file of its own.")]
    [InlineData("{\"x\":[1,2],\"y\":{}}", "JSON_NO_RECORDS", "d.json holds no array of objects.")]
    [InlineData("{\"x\":,\"y\":[{\"a\":1}]}", "JSON_DAMAGED", "d.json has a member without a value.")]
    [InlineData("{1:2}", "JSON_DAMAGED", "d.json has a member without a name.")]
    [InlineData("[]", "NO_RECORDS", "The files hold no records.")]
    [InlineData("[1,2]", "NO_RECORDS", "None of the first records can be read; the first, d.json#0 is no JSON object.")]
    public async Task A_document_that_holds_no_array_fails(string text, string reason, string message)
    {
        using var parser = new ParserFixture();
        Assert.Equal((reason, message), await parser.FailsAsync([Json("d.json", text)], DataFormat.Json));
    }

    [Fact]
    public async Task Different_kinds_of_values_stay_as_text()
    {
        using var parser = new ParserFixture();
        var records = await parser.ReadAsync([Json("m.jsonl", "{\"v\":\"a\",\"w\":[1,2],\"k\":{}}\n{\"v\":1.50,\"w\":[[1]]}\n{\"v\":true,\"w\":[ \"x\", 1 ]}\n{\"v\":{\"z\":1}}")]);
        Assert.Equal(["a", "1.50", "true", ""], records.Select(r => r.Values[0].StringValue));
        Assert.Equal(["[1,2]", "[[1]]", "[ \"x\", 1 ]", ""], records.Select(r => r.Values[1].StringValue));
        Assert.Equal(1, records[3].Values[2].Int64Value);
        Assert.All(records, r => Assert.Equal(3, r.Values.Length));
    }

    [Fact]
    public async Task Integers_that_turn_out_to_have_fractions_widen_their_columns()
    {
        using var parser = new ParserFixture();
        var text = string.Concat(Enumerable.Range(0, 10_100).Select(i => i < 10_050 ? "{\"x\":7,\"l\":[1]}\n" : "{\"x\":7.5,\"l\":[1,0.5]}\n"));
        var parsed = await parser.ParseAsync([Json("n.jsonl", text)]);
        Assert.Equal([ColumnType.Double, ColumnType.DoubleList], parsed.Facts.Schema.Columns.Select(c => c.Type));
        Assert.Equal((10_100L, 0L), (parsed.Records, parsed.Rejected));
    }

    [Fact]
    public async Task A_schema_that_was_asked_for_is_kept_and_knows_rare_names()
    {
        using var parser = new ParserFixture();
        var asked = new DatasetVersion
        {
            Schema = new Schema
            {
                Columns =
                {
                    new Column { Name = "zip", Type = ColumnType.String, Nullable = true }, new Column { Name = "n", Type = ColumnType.Int64 },
                    new Column { Name = "rare.one", Type = ColumnType.Double, Nullable = true }, new Column { Name = "pic", Type = ColumnType.Image, Nullable = true },
                },
            },
            Options = new FormatOptions { NullValues = { "-" }, LabelColumn = "zip" },
        };
        var text = string.Concat(Enumerable.Repeat("{\"zip\":12345,\"n\":\"1\",\"pic\":\"-\"}\n", 10_000))
            + $"{{\"zip\":\"-\",\"n\":2,\"rare\":{{\"one\":5}},\"pic\":\"{Convert.ToBase64String(Png.Of(1))}\"}}\n{{\"zip\":\"x\"}}\n{{\"n\":3.0,\"pic\":\"AAAA\"}}\n";
        var records = await parser.ReadAsync([Json("z.jsonl", text)], asked);
        Assert.Equal(("12345", 1L), (records[0].Values[0].StringValue, records[0].Values[1].Int64Value));
        Assert.Equal((Value.KindOneofCase.None, 2L, 5.0), (records[10_000].Values[0].KindCase, records[10_000].Values[1].Int64Value, records[10_000].Values[3].DoubleValue));
        Assert.Equal(Png.Of(1), records[10_000].Values[2].Image.Data.ToByteArray());
        await parser.ParseAsync([Json("z.jsonl", text)], asked);
        Assert.Equal(["has no n", "has pic, which is not a PNG, JPEG, WebP, GIF or TIFF image"], parser.Quarantined.Select(r => r.Reason));
        asked.Options.LabelColumn = "postcode";
        Assert.Equal("COLUMN_MISSING", (await Assert.ThrowsAsync<DatasetException>(() => parser.ParseAsync([Json("z.jsonl", text)], asked))).Reason);
    }

    [Fact]
    public async Task Splits_come_from_names_or_a_column_and_files_may_lie_in_archives()
    {
        using var parser = new ParserFixture();
        (string, byte[])[] files =
        [
            Json("train.jsonl", "{\"a\":1}\n{\"a\":2}\n"), ("more.zip", Archive.Zip(("data/test-0001.jsonl", "{\"b\":9}"u8.ToArray()), ("README.md", "# hi"u8.ToArray()))),
            ("val.jsonl.gz", Idx.Gzip("{\"a\":5}\n"u8.ToArray())),
        ];
        var parsed = await parser.ParseAsync(files);
        Assert.Equal([("test", 1L), ("train", 2L), ("validation", 1L)], parsed.Facts.Splits.Select(s => (s.Name, s.RecordCount)));
        Assert.Equal("more.zip:data/test-0001.jsonl#1", (await parser.ReadAsync(files)).Single(r => r.Split == "test").Source);

        var asked = new DatasetVersion { Options = new FormatOptions { SplitColumn = "part" } };
        var text = "{\"x\":1,\"part\":\"train\"}\n{\"x\":2,\"part\":\"TEST\"}\n{\"x\":3}\n{\"x\":4,\"part\":\"dev\"}\n";
        Assert.Equal(["train", "test", "validation"], (await parser.ReadAsync([Json("t.jsonl", text)], asked)).Select(r => r.Split));
        await parser.ParseAsync([Json("t.jsonl", text)], asked);
        Assert.Equal(("t.jsonl#3", "has no part that is train, test or validation"), (parser.Quarantined.Single().Source, parser.Quarantined.Single().Reason));
    }

    [Fact]
    public async Task Labels_of_several_classes_are_lists()
    {
        using var parser = new ParserFixture();
        var columns = (await parser.ParseAsync([Json("l.jsonl", "{\"text\":\"a\",\"label\":[\"x\",\"y\"]}\n{\"text\":\"b\",\"label\":[\"x\"]}\n{\"text\":\"c\",\"label\":[]}\n")])).Statistics.Columns;
        Assert.Equal(ColumnType.StringList, columns[1].Type);
        Assert.Equal([("x", 2L), ("y", 1L)], columns[1].TopValues.Select(v => (v.Value, v.Count)));
    }

    [Theory]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-16", false)]
    public async Task Encodings_are_found(string name, bool mark)
    {
        using var parser = new ParserFixture();
        var encoding = Encoding.GetEncoding(name);
        var text = string.Concat(Enumerable.Range(0, 60).Select(i => $"{{\"ort\":\"Köln {i}\",\"n\":{i}}}\n"));
        var records = await parser.ReadAsync([("orte.jsonl", [.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)])]);
        Assert.Equal(("Köln 59", 60), (records[59].Values[0].StringValue, records.Count));
    }

    [Fact]
    public async Task Too_many_names_fail_the_commit()
    {
        using var parser = new ParserFixture(options => options.MaxColumns = 10);
        var names = string.Join(',', Enumerable.Range(0, 11).Select(i => $"\"k{i}\":1"));
        Assert.Equal("TOO_MANY_COLUMNS", (await parser.FailsAsync([Json("k.jsonl", $"{{{names}}}\n")])).Reason);
        var empty = string.Join(',', Enumerable.Range(0, 100).Select(i => $"\"k{i}\":{{}}"));
        Assert.Equal("TOO_MANY_COLUMNS", (await parser.FailsAsync([Json("k.jsonl", $"{{{empty}}}\n")])).Reason);
    }

    [Theory]
    [InlineData("{\"tokens\":[\"a\",\"b\"],\"label\":1}\n", DataFormat.Jsonl)]
    [InlineData("{\"rows\":[{\"a\":1}],\"label\":1}\n", DataFormat.Json)]
    [InlineData("{\n  \"a\": 1\n}", DataFormat.Jsonl)]
    public async Task One_object_is_a_document_when_it_wraps_records(string text, DataFormat format)
    {
        using var parser = new ParserFixture();
        if (format == DataFormat.Jsonl && text.Count(c => c == '\n') > 1)
        {
            // An object over several lines is no record of a line.
            Assert.Equal("NO_RECORDS", (await parser.FailsAsync([Json("o.json", text)])).Reason);
            return;
        }

        Assert.Equal(format, (await parser.ParseAsync([Json("o.json", text)])).Facts.Format);
    }

    [Fact]
    public async Task A_long_first_record_is_told_from_a_long_document()
    {
        using var parser = new ParserFixture();
        var words = string.Join(',', Enumerable.Range(0, 30_000).Select(i => $"\"w{i}\""));
        Assert.Equal(DataFormat.Jsonl, (await parser.ParseAsync([Json("a.json", $"{{\"words\":[{words}]}}\n{{\"words\":[]}}\n")])).Facts.Format);
        var rows = string.Join(',', Enumerable.Range(0, 30_000).Select(i => $"{{\"w\":{i}}}"));
        Assert.Equal(DataFormat.Json, (await parser.ParseAsync([Json("b.json", $"{{\"rows\":[{rows}]}}")])).Facts.Format);
        Assert.Equal(DataFormat.Json, (await parser.ParseAsync([Json("c.json", $"{{\n\"note\":\"{new string('x', 100_000)}\",\n\"rows\":[{rows}]}}")])).Facts.Format);
    }

    private static (string Name, byte[] Bytes) Json(string name, string text) => (name, Encoding.UTF8.GetBytes(text));
}
