using System.Text;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.V1;
using Xunit;

namespace Mesh.Ingest.Tests.Formats;

public sealed class DelimitedTests
{
    private const string People = "name,age,height,member,born\nAda,36,1.65,true,1815-12-10\n\"Turing, Alan\",41,NA,false,1912-06-23\n\"say \"\"hi\"\"\",,1.8,true,1900-01-01T10:00:00+02:00\n";

    [Fact]
    public async Task Types_names_and_missing_values_are_found()
    {
        using var parser = new ParserFixture();
        var parsed = await parser.ParseAsync([Csv("people.csv", People)]);
        Assert.Equal(DataFormat.Csv, parsed.Facts.Format);
        Assert.Equal(
            [("name", ColumnType.String), ("age", ColumnType.Int64), ("height", ColumnType.Double), ("member", ColumnType.Bool), ("born", ColumnType.Timestamp)],
            parsed.Facts.Schema.Columns.Select(c => (c.Name, c.Type)));
        Assert.Equal((",", "utf-8", FormatOptions.Types.Header.Present), (parsed.Facts.Options.Delimiter, parsed.Facts.Options.Encoding, parsed.Facts.Options.Header));

        var records = await parser.ReadAsync([Csv("people.csv", People)]);
        Assert.Equal(["people.csv#2", "people.csv#3", "people.csv#4"], records.Select(r => r.Source));
        Assert.Equal(["Ada", "Turing, Alan", "say \"hi\""], records.Select(r => r.Values[0].StringValue));
        Assert.Equal([36, 41], records.Take(2).Select(r => r.Values[1].Int64Value));
        Assert.Equal(Value.KindOneofCase.None, records[2].Values[1].KindCase);
        Assert.Equal(Value.KindOneofCase.None, records[1].Values[2].KindCase);
        Assert.Equal(new DateTime(1900, 1, 1, 8, 0, 0, DateTimeKind.Utc), records[2].Values[4].TimestampValue.ToDateTime());
    }

    [Theory]
    [InlineData("1,2\n3,4\n", ",", FormatOptions.Types.Header.Absent, "column_1,column_2")]
    [InlineData("a\tb\n1\t2\n3\t4\n", "\t", FormatOptions.Types.Header.Present, "a,b")]
    [InlineData("a;b;c\n1,5;2;x\n2,5;3;y\n", ";", FormatOptions.Types.Header.Present, "a,b,c")]
    [InlineData("a|b\nx, y|z\nu, v|w\n", "|", FormatOptions.Types.Header.Present, "a,b")]
    [InlineData("id,,id\n1,2,3\n", ",", FormatOptions.Types.Header.Present, "id,column_2,id_2")]
    [InlineData("word\nfirst\nsecond\n", ",", FormatOptions.Types.Header.Present, "word")]
    public async Task Delimiter_and_header_are_found(string text, string delimiter, FormatOptions.Types.Header header, string names)
    {
        using var parser = new ParserFixture();
        var facts = (await parser.ParseAsync([Csv("t.csv", text)])).Facts;
        Assert.Equal((delimiter, header), (facts.Options.Delimiter, facts.Options.Header));
        Assert.Equal(names, string.Join(',', facts.Schema.Columns.Select(c => c.Name)));
    }

    [Theory]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-8", false)]
    [InlineData("windows-1252", false)]
    [InlineData("iso-8859-15", false)]
    public async Task Encodings_are_found(string name, bool mark)
    {
        using var parser = new ParserFixture();
        var encoding = Encoding.GetEncoding(name);
        var text = "Stadt,Straße\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"Köln {i},Große Gärtnergasse für Übermütige\n"));
        var records = await parser.ReadAsync([("städte.csv", [.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)])]);
        Assert.Equal(("Köln 0", "Große Gärtnergasse für Übermütige", 60), (records[0].Values[0].StringValue, records[0].Values[1].StringValue, records.Count));
    }

    [Fact]
    public async Task Bad_rows_are_kept_aside_with_line_reason_and_text()
    {
        using var parser = new ParserFixture();
        var text = "id,score\n1,0.5\n2,0.6\n3\n4,0.7,x\n5,bad\n6,\"a\"b\n\n7,\u0001\n8,\uFFFD\n9,0.9\n10,1\n11,1\n12,1\n13,1\n";
        var asked = new DatasetVersion { Schema = new Schema { Columns = { new Column { Name = "score", Type = ColumnType.Double } } } };
        var parsed = await parser.ParseAsync([Csv("s.csv", text)], asked);
        Assert.Equal((7L, 6L), (parsed.Records, parsed.Rejected));
        Assert.Equal(
            [
                ("s.csv#4", "has 1 fields; there are 2 columns", "3"), ("s.csv#5", "has 3 fields; there are 2 columns", "4,0.7,x"),
                ("s.csv#6", "has score \"bad\", which is no finite number", "5,bad"),
                ("s.csv#7", "has a quote that is not closed, or text behind a closing quote", "6,\"a\"b"),
                ("s.csv#9", "holds binary data (character \\x01)", "7,\u0001"), ("s.csv#10", "holds bytes that are not text in this encoding", "8,\uFFFD"),
            ],
            parser.Quarantined.Select(r => (r.Source, r.Reason, r.Text)));
    }

    [Fact]
    public async Task Strict_commits_and_thresholds_fail_with_the_record()
    {
        using var parser = new ParserFixture();
        var files = new[] { Csv("s.csv", "id,v\n1,2\n3\n4,5\n6,7\n") };
        var strict = await Assert.ThrowsAsync<Ingest.Formats.DatasetException>(() => parser.ParseAsync(files, new DatasetVersion { Strict = true }));
        Assert.Equal(("RECORD_REJECTED", "s.csv#3 has 1 fields; there are 2 columns."), (strict.Reason, strict.Message));
        var many = await Assert.ThrowsAsync<Ingest.Formats.DatasetException>(() => parser.ParseAsync(files, new DatasetVersion { MaxRejectedFraction = 0.2 }));
        Assert.Equal("TOO_MANY_REJECTED", many.Reason);
        Assert.Single(parser.Quarantined);
        Assert.Equal(1, (await parser.ParseAsync(files, new DatasetVersion { MaxRejectedFraction = 0.25 })).Rejected);
    }

    [Fact]
    public async Task The_share_is_of_all_records_wherever_the_bad_ones_lie()
    {
        using var parser = new ParserFixture();
        // 11 of 2,000 are 0.55 %. They come first: 1.1 % of the first thousand.
        var files = new[] { Csv("s.csv", "a,b\n" + string.Concat(Enumerable.Repeat("bad\n", 11)) + string.Concat(Enumerable.Repeat("1,2\n", 1989))) };
        Assert.Equal((1989, 11), await CountsAsync(0.0055));
        var error = await Assert.ThrowsAsync<Ingest.Formats.DatasetException>(() => CountsAsync(0.0054));
        Assert.Equal(
            ("TOO_MANY_REJECTED", "11 of 2000 records were rejected, which is more than a share of 0.0054; the first, s.csv#2, because it has 1 fields; there are 2 columns."),
            (error.Reason, error.Message));

        async Task<(long, long)> CountsAsync(double limit) =>
            await parser.ParseAsync(files, new DatasetVersion { MaxRejectedFraction = limit }) is var parsed ? (parsed.Records, parsed.Rejected) : default;
    }

    [Fact]
    public async Task An_integer_that_turns_out_to_have_a_fraction_makes_the_column_a_number()
    {
        using var parser = new ParserFixture();
        var text = new StringBuilder("x,y\n");
        for (var i = 0; i < 10_500; i++)
        {
            text.Append(i).Append(',').Append(i < 10_400 ? "7" : "7.5").Append('\n');
        }

        var facts = (await parser.ParseAsync([Csv("n.csv", text.ToString())])).Facts;
        Assert.Equal([ColumnType.Int64, ColumnType.Double], facts.Schema.Columns.Select(c => c.Type));
        Assert.Equal((10_500L, 0L), (facts.Splits.Single().RecordCount, facts.RejectedCount));
    }

    [Fact]
    public async Task A_schema_that_was_asked_for_is_kept()
    {
        using var parser = new ParserFixture();
        var asked = new DatasetVersion
        {
            Schema = new Schema { Columns = { new Column { Name = "zip", Type = ColumnType.String, Nullable = true }, new Column { Name = "n", Type = ColumnType.Int64 } } },
            Options = new FormatOptions { NullValues = { "-" } },
        };
        var records = await parser.ReadAsync([Csv("z.csv", "zip,n\n12345,1\n-,2\n3,-\nNA,4\n5,5\n")], asked);
        Assert.Equal(["12345", "", "NA", "5"], records.Select(r => r.Values[0].StringValue));
        Assert.Equal("has no n", (await Rejections(parser, asked)).Single().Reason);
        asked.Schema.Columns[0].Name = "postcode";
        Assert.Equal("COLUMN_MISSING", (await Assert.ThrowsAsync<Ingest.Formats.DatasetException>(() => parser.ParseAsync([Csv("z.csv", "zip,n\n1,1\n")], asked))).Reason);

        static async Task<IReadOnlyList<RejectedRecord>> Rejections(ParserFixture parser, DatasetVersion asked)
        {
            await parser.ParseAsync([Csv("z.csv", "zip,n\n12345,1\n-,2\n3,-\nNA,4\n5,5\n")], asked);
            return parser.Quarantined;
        }
    }

    [Fact]
    public async Task Codes_with_leading_zeros_stay_text()
    {
        using var parser = new ParserFixture();
        Assert.Equal(ColumnType.String, (await parser.ParseAsync([Csv("z.csv", "zip\n01234\n55555\n")])).Facts.Schema.Columns[0].Type);
    }

    [Fact]
    public async Task Splits_come_from_names_or_a_column_and_files_may_lie_in_archives()
    {
        using var parser = new ParserFixture();
        (string, byte[])[] files =
        [
            Csv("train.csv", "a,b\n1,2\n3,4\n"), ("more.zip", Archive.Zip(("data/test-0001.csv", "b,a\n9,8\n"u8.ToArray()), ("README.md", "# hi"u8.ToArray()))),
            ("val.csv.gz", Idx.Gzip("a,b\n5,6\n"u8.ToArray())),
        ];
        var parsed = await parser.ParseAsync(files);
        Assert.Equal([("test", 1L), ("train", 2L), ("validation", 1L)], parsed.Facts.Splits.Select(s => (s.Name, s.RecordCount)));
        Assert.Equal(("more.zip", 1L), parsed.Facts.Files.Where(f => f.Path == "more.zip").Select(f => (f.Path, f.RecordCounts["test"])).Single());
        var test = (await parser.ReadAsync(files)).Single(r => r.Split == "test");
        // The first file by its path decides the order of the columns.
        Assert.Equal(("more.zip:data/test-0001.csv#2", 9L, 8L), (test.Source, test.Values[0].Int64Value, test.Values[1].Int64Value));

        var asked = new DatasetVersion { Options = new FormatOptions { SplitColumn = "part" } };
        var byColumn = await parser.ReadAsync([Csv("t.csv", "x,part\n1,train\n2,TEST\n3,dev\n")], asked);
        Assert.Equal(["train", "test", "validation"], byColumn.Select(r => r.Split));
    }

    [Fact]
    public async Task Files_with_other_columns_do_not_mix()
    {
        using var parser = new ParserFixture();
        var (reason, message) = await parser.FailsAsync([Csv("a.csv", "x,y\n1,2\n"), Csv("b.csv", "x,z\n1,2\n")]);
        Assert.Equal(("COLUMNS_DIFFER", "b.csv has a column z that other files do not have."), (reason, message));
        Assert.Equal("COLUMNS_DIFFER", (await parser.FailsAsync([Csv("a.csv", "x,y\n1,2\n"), Csv("b.csv", "x\n1\n2\n")])).Reason);
    }

    [Fact]
    public async Task A_line_without_end_fails_the_commit_by_its_line()
    {
        using var parser = new ParserFixture();
        var (reason, message) = await parser.FailsAsync([Csv("long.csv", $"a,b\n1,2\n{new string('x', 10_000_000)},3\n4,5\n")]);
        Assert.Equal("RECORD_TOO_LARGE", reason);
        Assert.StartsWith("long.csv, line 3: ", message);
        // An open quote swallows the rest of the file.
        Assert.Equal("RECORD_TOO_LARGE", (await parser.FailsAsync([Csv("open.csv", $"a,b\n1,\"2\n{string.Concat(Enumerable.Repeat("3,4\n", 2_000_000))}")])).Reason);
    }

    [Fact]
    public async Task Statistics_are_those_of_the_accepted_records()
    {
        using var parser = new ParserFixture();
        var columns = (await parser.ParseAsync([Csv("v.csv", "v,w,t\n1,a,2020-01-01\n2,b,2020-01-02\n3,a,2020-01-03\n4,a,NA\nNA,c,2020-01-05\nx\n")])).Statistics.Columns;
        var v = columns[0];
        Assert.Equal((4L, 1L, 4L), (v.Count, v.Missing, v.DistinctCount));
        // By hand: mean 2.5, variance 5/3, type-7 quartiles of 1..4 are 1.75, 2.5 and 3.25.
        Assert.Equal((1.0, 4.0, 2.5), (v.Distribution.Minimum, v.Distribution.Maximum, v.Distribution.Mean));
        Assert.Equal(Math.Sqrt(5.0 / 3), v.Distribution.StandardDeviation, 12);
        Assert.Equal([1.75, 2.5, 3.25], v.Distribution.Quantiles.Where(q => q.Rank is 0.25 or 0.5 or 0.75).Select(q => q.Value));
        Assert.Equal([("a", 3L), ("b", 1L), ("c", 1L)], columns[1].TopValues.Select(t => (t.Value, t.Count)));
        Assert.Equal(new DateTime(2020, 1, 5, 0, 0, 0, DateTimeKind.Utc), columns[2].Latest.ToDateTime());
    }

    private static (string Name, byte[] Bytes) Csv(string name, string text) => (name, Encoding.UTF8.GetBytes(text));

    [Fact]
    public async Task Lines_are_counted_from_the_file_s_start_and_no_row_is_passed_over()
    {
        using var parser = new ParserFixture();
        (string, byte[])[] files = [("t.csv", "\n\r\na,b\n1,x\n\0,y\n\n3,z\n"u8.ToArray())];
        await parser.ParseAsync(files, new DatasetVersion { Format = DataFormat.Csv });
        Assert.Equal([("t.csv#5", "holds binary data (character \\x00)")], parser.Quarantined.Select(r => (r.Source, r.Reason)));
        Assert.Equal(["t.csv#4", "t.csv#7"], (await parser.ReadAsync(files, new DatasetVersion { Format = DataFormat.Csv })).Select(r => r.Source));
    }
}
