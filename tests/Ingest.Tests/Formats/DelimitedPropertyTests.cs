using System.Globalization;
using System.Text;
using CsCheck;
using Mesh.Ingest.V1;
using Xunit;

namespace Mesh.Ingest.Tests.Formats;

/// <summary>Tables made at random and written as RFC 4180 has it are read back as they were.</summary>
public sealed class DelimitedPropertyTests
{
    private const string Delimiters = ",\t;|";

    private static readonly Gen<string> Piece = Gen.OneOf(
        Gen.Char['a', 'z'].Select(c => c.ToString()), Of("\"", ",", "\t", ";", "|", "\n", "\r\n", "\\", "'", " ", "NA", "0", "é", "猫", "😀", "\u0301", "\u2028", "#"));

    private static readonly Gen<string> Field = Piece.Array[0, 6].Select(string.Concat);

    [Fact]
    public async Task Text_comes_back_whatever_is_in_it()
    {
        using var parser = new ParserFixture(inMemory: true);
        var tables = Gen.Int[1, 5].SelectMany(columns => Field.Array[columns].Array[1, 20]);
        await Gen.Select(tables, Gen.Char[Delimiters], Of("\n", "\r\n"), Of("utf-8", "utf-16", "utf-16BE"), Gen.Bool).SampleAsync(
            async (table, delimiter, lineEnd, encoding, last) =>
            {
                var names = Enumerable.Range(0, table[0].Length).Select(i => $"c{i}").ToArray();
                var text = string.Join(lineEnd, table.Prepend(names).Select(row => string.Join(delimiter, row.Select(f => Quote(f, delimiter)))));
                var asked = new DatasetVersion
                {
                    Format = DataFormat.Csv,
                    Options = new FormatOptions { Delimiter = delimiter.ToString(), Header = FormatOptions.Types.Header.Present, Encoding = encoding, NullValues = { "nothing" } },
                    Schema = new Schema { Columns = { names.Select(n => new Column { Name = n, Type = ColumnType.String }) } },
                };
                var bytes = Encoding.GetEncoding(encoding).GetBytes("\uFEFF" + text + (last ? lineEnd : ""));
                var records = await parser.ReadAsync([("t.csv", bytes)], asked);
                Assert.Equal(table, records.Select(r => r.Values.Select(v => v.StringValue).ToArray()));
                // A record is found by its first line.
                var line = 2;
                foreach (var (row, record) in table.Zip(records, (row, record) => (row, record)))
                {
                    Assert.Equal($"t.csv#{line}", record.Source);
                    line += 1 + row.Sum(f => f.Count(c => c == '\n'));
                }
            },
            iter: 200, threads: 1);
    }

    [Fact]
    public async Task Delimiter_header_and_types_are_found_in_any_table()
    {
        using var parser = new ParserFixture(inMemory: true);
        var columns = Gen.Enum<Kind>().Array[1, 5].Select(Gen.Enum<Kind>(), (some, one) => some.Append(one).ToArray()).Where(kinds => kinds.Any(k => k != Kind.Word));
        await Gen.Select(columns, Gen.Int[3, 40], Gen.Char[Delimiters], Gen.Bool, Gen.Int[0, 1_000_000]).SampleAsync(
            async (kinds, rows, delimiter, header, seed) =>
            {
                var random = new Random(seed);
                var names = kinds.Select((_, i) => $"col{(char)('a' + i)}");
                var lines = Enumerable.Range(0, rows).Select(_ => string.Join(delimiter, kinds.Select(k => Value(k, random))));
                var text = string.Join('\n', header ? lines.Prepend(string.Join(delimiter, names)) : lines) + "\n";
                var facts = (await parser.ParseAsync([("t.csv", Encoding.UTF8.GetBytes(text))])).Facts;
                Assert.Equal(
                    (delimiter.ToString(), header ? FormatOptions.Types.Header.Present : FormatOptions.Types.Header.Absent, (long)rows, 0L),
                    (facts.Options.Delimiter, facts.Options.Header, facts.Splits.Single().RecordCount, facts.RejectedCount));
                Assert.Equal(header ? names : kinds.Select((_, i) => $"column_{i + 1}"), facts.Schema.Columns.Select(c => c.Name));
                Assert.Equal(kinds.Select(TypeOf), facts.Schema.Columns.Select(c => c.Type));
            },
            iter: 200, threads: 1);
    }

    private static Gen<string> Of(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static string Quote(string field, char delimiter) =>
        field.Length == 0 || field.AsSpan().IndexOfAny(['"', '\n', '\r', delimiter]) >= 0 ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;

    private static string Value(Kind kind, Random random) => kind switch
    {
        Kind.Integer => random.Next(-1000, 1000).ToString(CultureInfo.InvariantCulture),
        Kind.Number => (random.Next(-1000, 1000) + 0.5).ToString(CultureInfo.InvariantCulture),
        Kind.Date => new DateTime(2000, 1, 1).AddDays(random.Next(9000)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        _ => "w" + string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => (char)random.Next('a', 'z' + 1))),
    };

    private static ColumnType TypeOf(Kind kind) => kind switch
    {
        Kind.Integer => ColumnType.Int64,
        Kind.Number => ColumnType.Double,
        Kind.Date => ColumnType.Timestamp,
        _ => ColumnType.String,
    };

    private enum Kind
    {
        Integer,
        Number,
        Date,
        Word,
    }
}
