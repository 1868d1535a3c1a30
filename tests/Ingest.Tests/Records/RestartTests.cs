using System.Formats.Tar;
using System.Text;
using CsCheck;
using Mesh.Ingest.Records;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Formats;
using Mesh.Ingest.V1;
using ParquetSharp;
using Xunit;
using Arrow = Mesh.Ingest.Tests.Data.Arrow;
using Column = Mesh.Ingest.V1.Column;
using Encoding = System.Text.Encoding;
using Parquet = Mesh.Ingest.Tests.Data.Parquet;

namespace Mesh.Ingest.Tests.Records;

/// <summary>A reading that begins inside of a file gives what a reading from the start gives from there on.</summary>
public sealed class RestartTests
{
    private static readonly Gen<string> Piece = Gen.OneOf(Gen.Char['a', 'z'].Select(c => c.ToString()), Of("\"", ",", "\n", "\r\n", "\r", " ", "é", "猫", "😀", "\uFEFF", "{", "x\ny\nz"));

    private static readonly Gen<string> Field = Piece.Array[0, 5].Select(string.Concat);

    private static readonly Gen<string> Split = Of("train", "test", "validation", "other");

    /// <summary>Rows as text: mostly good ones, some that are rejected or empty.</summary>
    private static readonly Gen<string> Row = Gen.Frequency(
        (12, Gen.Select(Field, Split, Gen.Int[0, 99], (field, split, number) => $"{Quote(field)},{split},{number}")), (1, Of("", " ", "\t")),
        (1, Of("too,few", "too,train,1,many", "text,train,no number", "\"a\"b,train,5", "\0,train,6", "\u0001bad\uFFFD,test,7")));

    private static readonly Gen<string> Line = Gen.Frequency(
        (12, Gen.Select(Field, Split, Gen.Int[0, 99], (field, split, number) => System.Text.Json.JsonSerializer.Serialize(new { a = field, split, n = number }))), (1, Of("", " ", "\t\r")),
        (1, Of("{", "[1]", "{\"a\":1,\"split\":\"train\",\"n\":\"no\"}", "\uFEFF{\"a\":\"b\",\"split\":\"test\",\"n\":1}")),
        (1, Gen.Int[900, 3000].Select(length => $"{{\"a\":\"{new string('l', length)}\",\"split\":\"train\",\"n\":3}}")));

    private static readonly Gen<Pack> Packs = Gen.Enum<Pack>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private enum Pack
    {
        Plain,
        Tar,
        TarAndPlain,
        Zip,
        Gzip,
        TarGzip,
    }

    [Fact]
    public async Task Tables_are_read_from_any_record_on()
    {
        using var parser = new ParserFixture(inMemory: true);
        var entered = 0;
        await Gen.Select(
            Row.Array[1, 25].Array[1, 3], Of("utf-8", "utf-16", "utf-16BE", "utf-32", "iso-8859-1"), Of("\n", "\n", "\r\n", "\r", "\n\r\n"), Packs, Gen.Int[0, 15]).SampleAsync(
            async (tables, encoding, lineEnd, pack, kind) =>
            {
                var (mark, header, bySplit, emptyFront) = ((kind & 1) != 0, (kind & 2) != 0, (kind & 4) != 0, (kind & 8) != 0);
                var asked = new DatasetVersion
                {
                    Format = DataFormat.Csv,
                    MaxRejectedFraction = 1,
                    Options = new FormatOptions
                    {
                        Delimiter = ",", Encoding = encoding, Header = header ? FormatOptions.Types.Header.Present : FormatOptions.Types.Header.Absent,
                        SplitColumn = bySplit ? header ? "split" : "column_2" : "",
                    },
                    Schema = new Schema
                    {
                        Columns =
                        {
                            new Column { Name = header ? "a" : "column_1", Type = ColumnType.String, Nullable = true },
                            new Column { Name = header ? "split" : "column_2", Type = ColumnType.String, Nullable = true },
                            new Column { Name = header ? "n" : "column_3", Type = ColumnType.Int64, Nullable = true },
                        },
                    },
                };
                // The first row says how many columns there are; of names, one in each order.
                var contents = tables.Select((rows, i) => Bytes(
                    (emptyFront ? lineEnd + lineEnd : "") + string.Join(lineEnd, rows.Prepend("first,train,1").Prepend(header ? "a,split,\"n\"" : "\"fi\nrst\",test,2")) + (i == 0 ? lineEnd : ""), encoding, mark));
                entered += await CheckAsync(parser, Packed(pack, "csv", contents), asked);
            },
            iter: 40, threads: 1);
        Assert.InRange(entered, 200, int.MaxValue);
    }

    [Fact]
    public async Task Json_lines_are_read_from_any_record_on()
    {
        using var parser = new ParserFixture(options => options.MaxRecordBytes = 1024, inMemory: true);
        var entered = 0;
        await Gen.Select(Line.Array[1, 25].Array[1, 3], Of("utf-8", "utf-16", "utf-32"), Of("\n", "\r\n"), Packs, Gen.Int[0, 3]).SampleAsync(
            async (files, encoding, lineEnd, pack, kind) =>
            {
                var (mark, bySplit) = ((kind & 1) != 0, (kind & 2) != 0);
                var asked = new DatasetVersion
                {
                    Format = DataFormat.Jsonl,
                    MaxRejectedFraction = 1,
                    Options = new FormatOptions { Encoding = encoding, SplitColumn = bySplit ? "split" : "" },
                    Schema = new Schema { Columns = { new Column { Name = "n", Type = ColumnType.Int64, Nullable = true } } },
                };
                var contents = files.Select((lines, i) => Bytes(
                    string.Join(lineEnd, lines.Append("""{"a":"z","split":"train","n":1}""").Prepend(i == 0 ? "" : """{"a":"y","split":"test","n":2}""")), encoding, mark));
                entered += await CheckAsync(parser, Packed(pack, "jsonl", contents), asked);
            },
            iter: 25, threads: 1);
        Assert.InRange(entered, 200, int.MaxValue);
    }

    [Fact]
    public async Task Archives_of_small_files_are_read_from_any_entry_on()
    {
        using var parser = new ParserFixture(inMemory: true);
        var entered = 0;
        var name = Gen.Select(
            Of("train/", "test/", "", "x/val/"), Of("cat", "dog"), Of("/", "/" + string.Concat(Enumerable.Repeat("long folder/", 12))), Gen.Int[0, 999],
            (split, label, folder, number) => $"{split}{label}{folder}{number}.txt");
        var entries = Gen.Select(name, Gen.OneOf(Gen.Const(""), Field, Gen.Int[1, 1500].Select(length => new string('t', length))), (n, text) => (n, Encoding.UTF8.GetBytes(text))).Array[1, 20];
        await Gen.Select(entries.Array[1, 2], Of("pax", "gnu", "zip", "gzip")).SampleAsync(
            async (archives, kind) =>
            {
                var files = archives.Select((all, i) =>
                {
                    (string, byte[])[] parts = [("README", "no record"u8.ToArray()), .. all.DistinctBy(e => e.n), ("empty/", []), ("cat/last.txt", "text"u8.ToArray())];
                    return kind switch
                    {
                        "zip" => ($"{i}.zip", Archive.Zip(parts)),
                        "gzip" => ($"{i}.tar.gz", Idx.Gzip(Archive.Tar(TarEntryFormat.Pax, parts))),
                        _ => ($"{i}.tar", Archive.Tar(kind == "pax" ? TarEntryFormat.Pax : TarEntryFormat.Gnu, parts)),
                    };
                });
                entered += await CheckAsync(parser, [.. files], new DatasetVersion { Format = DataFormat.TextFolder, MaxRejectedFraction = 1 });
            },
            iter: 60, threads: 1);
        Assert.InRange(entered, 200, int.MaxValue);
    }

    [Fact]
    public async Task Files_of_typed_columns_are_read_from_any_row_on()
    {
        using var parser = new ParserFixture(inMemory: true);
        var entered = 0;
        await Gen.Select(TypedRow.Gen.Array[1, 12].Array[1, 4], Of("parquet", "arrow", "stream"), Gen.Bool).SampleAsync(
            async (groups, kind, archive) =>
            {
                var bytes = kind switch
                {
                    "parquet" => Parquet.File(TypedRow.Columns, [.. groups.Select(rows => (Action<RowGroupWriter>)(group => TypedRow.Write(group, rows)))]),
                    "arrow" => Arrow.File(null, [.. groups.Select(rows => Arrow.Batch(rows))]),
                    _ => Arrow.Stream(null, [.. groups.Select(rows => Arrow.Batch(rows))]),
                };
                (string, byte[])[] files = archive
                    ? [("a.tar", Archive.Tar(TarEntryFormat.Pax, [("train.bin", bytes), ("test.bin", bytes)]))]
                    : [("train.bin", bytes), ("test.bin", bytes)];
                entered += await CheckAsync(parser, files, new DatasetVersion { Format = kind == "parquet" ? DataFormat.Parquet : DataFormat.Arrow });
            },
            iter: 25, threads: 1);
        Assert.InRange(entered, 200, int.MaxValue);
    }

    /// <summary>Dictionaries belong to the head that is read again; one that comes later ends the places.</summary>
    [Fact]
    public async Task Arrow_batches_are_entered_behind_their_dictionaries()
    {
        using var parser = new ParserFixture(inMemory: true);
        Assert.InRange(await CheckAsync(parser, [("d.arrow", SmallTables.ArrowFile), ("e.arrow", SmallTables.ArrowStream(Apache.Arrow.Ipc.CompressionCodecType.Zstd))], new DatasetVersion { Format = DataFormat.Arrow }), 1, 12);
    }

    /// <returns>How many of the readings began inside of a file.</returns>
    private static async Task<int> CheckAsync(ParserFixture parser, (string, byte[])[] files, DatasetVersion asked)
    {
        var opened = await parser.OpenAsync(files, asked, spacing: 1);
        var entered = 0;
        foreach (var split in opened.Version.Splits)
        {
            var whole = await ReadAsync(opened with { Restarts = [] }, split.Name, 0);
            Assert.Equal(split.RecordCount, whole.Count);
            for (var offset = 0; offset <= whole.Count; offset++)
            {
                Assert.Equal(whole[offset..], await ReadAsync(opened, split.Name, offset));
                entered += ReadStart.Of(opened, split.Name, offset).Place is not null ? 1 : 0;
            }
        }

        ParserFixture.Release(opened.Files);
        return entered;
    }

    private static async Task<List<string>> ReadAsync(OpenedVersion opened, string split, long offset)
    {
        var values = new RecordValues();
        var all = new List<string>();
        await foreach (var (index, cursor) in opened.ReadAsync(split, offset, _ => true, Cancel))
        {
            all.Add($"{index} {cursor.Split} {cursor.Source}: {string.Join(" | ", cursor.Row.Columns.Select((_, i) => Rows.Show(values.Of(cursor.Row, i))))}");
        }

        return all;
    }

    private static (string, byte[])[] Packed(Pack pack, string ending, IEnumerable<byte[]> contents)
    {
        (string Name, byte[] Bytes)[] files = [.. contents.Select((bytes, i) => ($"{(i == 1 ? "train" : "all")}-{i}.{ending}", bytes))];
        return pack switch
        {
            Pack.Plain => files,
            Pack.Tar => [("a.tar", Archive.Tar(TarEntryFormat.Pax, files))],
            Pack.TarAndPlain => [("a.tar", Archive.Tar(TarEntryFormat.Gnu, files)), .. files, ("z.tar", Archive.Tar(TarEntryFormat.Ustar, files))],
            Pack.Zip => [("a.zip", Archive.Zip(files))],
            Pack.Gzip => [.. files.Select(f => ($"{f.Name}.gz", Idx.Gzip(f.Bytes)))],
            _ => [("a.tgz", Idx.Gzip(Archive.Tar(TarEntryFormat.Pax, files))), .. files],
        };
    }

    /// <param name="mark">Of UTF-8; the wide encodings are only recognised with one.</param>
    private static byte[] Bytes(string text, string encoding, bool mark)
    {
        var encoded = Encoding.GetEncoding(encoding);
        var bytes = encoded.GetBytes((mark && encoding is "utf-8" || encoding is not ("utf-8" or "iso-8859-1") ? "\uFEFF" : "") + text);
        if (encoding is "utf-8")
        {
            // What is no text: one byte becomes three when it is decoded, and two become one.
            bytes = [.. bytes.SelectMany(b => b switch { (byte)'q' => [0xff], (byte)'w' => [0xc3, 0xc3], _ => new[] { b } })];
        }

        return bytes;
    }

    private static Gen<string> Of(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static string Quote(string field) => field.AsSpan().IndexOfAny(['"', '\n', '\r', ',']) >= 0 ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
}
