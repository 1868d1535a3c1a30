using System.Runtime.InteropServices;
using Mesh.Ingest.Formats;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.V1;
using ParquetSharp;
using ParquetSharp.Schema;
using Xunit;
using Column = ParquetSharp.Column;
using Parquet = Mesh.Ingest.Tests.Data.Parquet;

namespace Mesh.Ingest.Tests.Formats;

public sealed class ParquetTests
{
    /// <summary>As other programs wrote them, and what they hold.</summary>
    public static TheoryData<string, string, string> Foreign => new()
    {
        // DuckDB 1.5: plain, uncompressed.
        {
            "UEFSMRUAFSQVJCwVBBUAFQYVBgAAAgAAAAQBAgAAAFMxAgAAAFMyFQAVHBUcLBUEFQAVBhUGAAACAAAABAEKAAAAFAAAABUCGTw1ABgNZHVja2RiX3NjaGVtYRUEABUMJQIYBnNhbXBsZSUAABUCJQIYBXZhbHVlJSIAFgQZHBksJgAcFQwZFQAZGAZzYW1wbGUVABYEFkYWRiYIPBgCUzIYAlMxFgAoAlMyGAJTMRERAAAAJgAcFQIZFQAZGAV2YWx1ZRUAFgQWPhY+Jk48GAQUAAAAGAQKAAAAFgAoBBQAAAAYBAoAAAAREQAAABaEARYEJggWhAEAKChEdWNrREIgdmVyc2lvbiB2MS41LjAgKGJ1aWxkIDNhMzk2N2FhODEpGSwcAAAcAAAA5gAAAFBBUjE=",
            "sample:String value:Int64", "S1 10|S2 20"
        },
        // Arrow C++ 21: snappy, dictionaries, missing values.
        {
            "UEFSMRUEFRgVHEwVBhUAEgAADCwBAAAAAgAAAAMAAAAVABUUFRgsFQYVEBUGFQYcGAQDAAAAGAQBAAAAFgAoBAMAAAAYBAEAAAAAAAAKJAIAAAAGAQIDJAAVBBU0FThMFQYVABIAABpkAwAAAEFkYQYAAADmnpflpoIFAAAAR3JhY2UVABUUFRgsFQYVEBUGFQYcNgAoBuael+WmghgDQWRhAAAACiQCAAAABgECAyQAFQQVIBUkTBUEFQASAAAQPAAAAAAAoFhAAAAAAAAAWUAVABUSFRYsFQYVEBUGFQYcGAgAAAAAAABZQBgIAAAAAACgWEAWAigIAAAAAAAAWUAYCAAAAAAAoFhAAAAACSACAAAAAwUBAwIVABUOFRIsFQYVABUGFQYcGAEBGAEAFgAoAQEYAQAAAAAHGAIAAAAGAQUVBBlcNQAYBnNjaGVtYRUIABUCJQIYAmlkABUMJQIYBG5hbWUlAEwcAAAAFQolAhgFc2NvcmUAFQAlAhgGYWN0aXZlABYGGRwZTCYAHBUCGTUABhAZGAJpZBUCFgYWogEWqgEmQCYIHBgEAwAAABgEAQAAABYAKAQDAAAAGAQBAAAAABksFQQVABUCABUAFRAVAgA8KQYZJgAGAAAAJgAcFQwZNQAGEBkYBG5hbWUVAhYGFqgBFrABJoYCJrIBHDYAKAbmnpflpoIYA0FkYQAZLBUEFQAVAgAVABUQFQIAPBYcGQYZJgAGAAAAJgAcFQoZNQAGEBkYBXNjb3JlFQIWBhbIARbQASaiAybiAhwYCAAAAAAAAFlAGAgAAAAAAKBYQBYCKAgAAAAAAABZQBgIAAAAAACgWEAAGSwVBBUAFQIAFQAVEBUCADwpBhkmAgQAAAAmABwVABklBgAZGAZhY3RpdmUVAhYGFlAWVCayBDwYAQEYAQAWACgBARgBAAAZHBUAFQAVAgA8KQYZJgAGAAAAFuIEFgYmCBb+BAAZHBgMQVJST1c6c2NoZW1hGOwCLy8vLy93Z0JBQUFRQUFBQUFBQUtBQXdBQmdBRkFBZ0FDZ0FBQUFBQkJBQU1BQUFBQ0FBSUFBQUFCQUFJQUFBQUJBQUFBQVFBQUFDa0FBQUFaQUFBQURBQUFBQUVBQUFBZlAvLy93QUFBUVlRQUFBQUdBQUFBQVFBQUFBQUFBQUFCZ0FBQUdGamRHbDJaUUFBcVAvLy82VC8vLzhBQUFFREVBQUFBQndBQUFBRUFBQUFBQUFBQUFVQUFBQnpZMjl5WlFBR0FBZ0FCZ0FHQUFBQUFBQUNBTlQvLy84QUFBRUZFQUFBQUJ3QUFBQUVBQUFBQUFBQUFBUUFBQUJ1WVcxbEFBQUFBQVFBQkFBRUFBQUFFQUFVQUFnQUJnQUhBQXdBQUFBUUFCQUFBQUFBQUFFQ0VBQUFBQndBQUFBRUFBQUFBQUFBQUFJQUFBQnBaQUFBQ0FBTUFBZ0FCd0FJQUFBQUFBQUFBU0FBQUFBPQAYIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjEuMC4wGUwcAAAcAAAcAAAcAAAATwMAAFBBUjE=",
            "id:Int64 name:String score:Double active:Bool", "1 Ada 98.5 True|2 林如 - False|3 Grace 100 True"
        },
        // RAPIDS for Spark: a list in two levels, as older programs write it.
        {
            "UEFSMRUAFSgVKBWnzpGMBhwVBBUAFQYVBgAAAgAAAAMCAgAAAAMDAAAAAAEAAAAVAhk8SAxzcGFya19zY2hlbWEVAgA1ABgBZhUCFQZMPAAAABUCJQQYBWFycmF5ABYCGRwZHCYIHBUCGSUABhkoAWYFYXJyYXkVABYEFlYWViYIPBgEAQAAABgEAAAAABYAKAQBAAAAGAQAAAAAABkcFQAVABUCAAAAFlYWAiYIFlYUAAAoE1JBUElEUyBTcGFyayBQbHVnaW4ZHBwAAACfAAAAUEFSMQ==",
            "f:Int64List", "[0 1]"
        },
        // Arrow C++ 12: INT96, at midnight of the Julian days 2086303 (the year 1000), 2451545 (2000-01-01) and 2816788 (the year 3000).
        {
            "UEFSMRUEFUgVPEwVBhUAEgAAJAAADQEIn9UfDQpEAABZaCUAAAAAAAAAAAAU+yoAFQAVFBUYLBUGFRAVBhUGHAAAAAokAgAAAAYBAgMkACaeARwVBhk1EAAGGRgKdGltZXN0YW1wcxUCFgYWngEWlgEmYCYIKSwVBBUAFQIAFQAVEBUCAAAAFQQZLDUAGAZzY2hlbWEVAgAVBiUCGAp0aW1lc3RhbXBzABYGGRwZHCaeARwVBhk1EAAGGRgKdGltZXN0YW1wcxUCFgYWngEWlgEmYCYIKSwVBBUAFQIAFQAVEBUCAAAAFp4BFgYmCBaWARQAACggcGFycXVldC1jcHAtYXJyb3cgdmVyc2lvbiAxMi4wLjAZHBwAAACVAAAAUEFSMQ==",
            "timestamps:Timestamp", "1000-01-01|2000-01-01|3000-01-01"
        },
    };

    [Theory, MemberData(nameof(Foreign))]
    public async Task Files_of_other_programs_are_read(string base64, string columns, string rows)
    {
        using var parser = new ParserFixture();
        (string, byte[])[] files = [("f.parquet", Convert.FromBase64String(base64))];
        var facts = (await parser.ParseAsync(files)).Facts;
        Assert.Equal((DataFormat.Parquet, columns), (facts.Format, string.Join(' ', facts.Schema.Columns.Select(c => $"{c.Name}:{c.Type}"))));
        Assert.Equal(rows, Rows.Show(await parser.ReadAsync(files)));
    }

    [Theory]
    [InlineData(Compression.Uncompressed)]
    [InlineData(Compression.Snappy)]
    [InlineData(Compression.Gzip)]
    [InlineData(Compression.Brotli)]
    [InlineData(Compression.Zstd)]
    [InlineData(Compression.Lz4)]
    public async Task Every_compression_is_read(Compression codec)
    {
        using var parser = new ParserFixture();
        var texts = Enumerable.Range(0, 5000).Select(i => $"a text that comes back, {i % 700}").ToArray();
        var file = Parquet.File([new Column<string>("t"), new Column<int>("i")], g =>
        {
            g.Column(texts);
            g.Column(Enumerable.Range(0, 5000).ToArray());
        }, b => b.Compression(codec).DataPagesize(4096));
        var records = await parser.ReadAsync([("c.parquet", file)]);
        Assert.Equal(texts, records.Select(r => r.Values[0].StringValue));
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => $"c.parquet#{i}"), records.Select(r => r.Source));
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => (long)i), records.Select(r => r.Values[1].Int64Value));
    }

    [Fact]
    public async Task Every_type_has_its_column()
    {
        using var parser = new ParserFixture();
        var moment = new DateTime(2024, 2, 29, 12, 30, 15, 250, DateTimeKind.Utc);
        var id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");
        Column[] columns =
        [
            new Column<bool?>("bool"), new Column<sbyte>("i8"), new Column<ushort>("u16"), new Column<int?>("i32"), new Column<uint>("u32"), new Column<ulong>("u64"),
            new Column<float>("f32"), new Column<double?>("f64"), new Column<Half>("f16"), new Column<decimal>("dec", LogicalType.Decimal(29, 3)), new Column<Date>("date"),
            new Column<DateTime>("ms", LogicalType.Timestamp(true, TimeUnit.Millis)), new Column<DateTime?>("us", LogicalType.Timestamp(false, TimeUnit.Micros)),
            new Column<DateTimeNanos>("ns", LogicalType.Timestamp(true, TimeUnit.Nanos)), new Column<TimeSpan>("time", LogicalType.Time(true, TimeUnit.Micros)),
            new Column<string>("text"), new Column<string>("json", LogicalType.Json()), new Column<byte[]>("bytes"), new Column<Guid>("uuid"),
            new Column<string[]>("tags"), new Column<long?[]>("ids"), new Column<float[]>("vector"), new Column<bool[]>("flags"),
        ];
        var file = Parquet.File(columns, g =>
        {
            g.Column<bool?>(true, null);
            g.Column<sbyte>(-128, 127);
            g.Column<ushort>(0, 65535);
            g.Column<int?>(null, int.MinValue);
            g.Column<uint>(uint.MaxValue, 1);
            g.Column<ulong>(long.MaxValue, 2);
            g.Column<float>(0.5f, float.NaN);
            g.Column<double?>(null, 1e300);
            g.Column<Half>((Half)1.5, (Half)(-2));
            g.Column<decimal>(-1234.567m, 0.001m);
            g.Column<Date>(new Date(1969, 12, 31), new Date(2024, 2, 29));
            g.Column<DateTime>(moment, DateTime.UnixEpoch);
            g.Column<DateTime?>(moment, null);
            g.Column<DateTimeNanos>(new DateTimeNanos(-1), new DateTimeNanos(199));
            g.Column<TimeSpan>(TimeSpan.FromHours(1), TimeSpan.Zero);
            g.Column<string>("ä😀", null!);
            g.Column<string>("{}", "[1]");
            g.Column<byte[]>([0, 255], []);
            g.Column<Guid>(id, Guid.Empty);
            g.Column<string[]>(["x", "y"], null!);
            g.Column<long?[]>([], [1, 2]);
            g.Column<float[]>([0.25f], [1, 2, 3]);
            g.Column<bool[]>([true, false], []);
        });
        var parsed = await parser.ParseAsync([("all.parquet", file)]);
        Assert.Equal(0, parsed.Rejected);
        var types = parsed.Facts.Schema.Columns.ToDictionary(c => c.Name, c => c.Type);
        Assert.Equal(
            "Bool Int64 Int64 Int64 Int64 Int64 Double Double Double Double Timestamp Timestamp Timestamp Timestamp Timestamp String String Bytes String StringList Int64List DoubleList Int64List",
            string.Join(' ', types.Values));
        Assert.Equal(
            "True -128 0 - 4294967295 9223372036854775807 0.5 - 1.5 -1234.567 1969-12-31 2024-02-29T12:30:15.2500000 2024-02-29T12:30:15.2500000 1969-12-31T23:59:59.9999999"
            + " 1970-01-01T01:00:00.0000000 ä😀 {} 00FF 00112233-4455-6677-8899-aabbccddeeff [x y] [] [0.25] [1 0]"
            + "|- 127 65535 -2147483648 1 2 - 1E+300 -2 0.001 2024-02-29 1970-01-01 - 1970-01-01T00:00:00.0000001 1970-01-01 - [1] () 00000000-0000-0000-0000-000000000000 - [1 2] [1 2 3] []",
            Rows.Show(await parser.ReadAsync([("all.parquet", file)])));
    }

    [Fact]
    public async Task Values_that_no_column_holds_reject_their_records()
    {
        using var parser = new ParserFixture(options => options.MaxRecordBytes = 1024);
        Column[] columns = [new Column<ulong>("u"), new Column<double>("d"), new Column<string>("s"), new Column<int?[]>("l"), new Column<DateTime>("t", LogicalType.Timestamp(true, TimeUnit.Millis))];
        var file = Parquet.File(columns, g =>
        {
            g.Column<ulong>(1, ulong.MaxValue, 3, 4, 5, 6, 7, 8, 9, 10);
            g.Column<double>(1, 2, double.PositiveInfinity, 4, 5, 6, 7, 8, 9, 10);
            g.Column<string>("a", "b", "c", new string('x', 2000), "e", "f", "g", "h", "i", "j");
            g.Column<int?[]>([1], [2], [3], [4], [5, null, 7], [], null!, [8], [9], [10]);
            g.Column<DateTime>([.. Enumerable.Repeat(DateTime.UnixEpoch, 10)]);
        });
        var parsed = await parser.ParseAsync([("w.parquet", file)]);
        Assert.Equal((6L, 4L), (parsed.Records, parsed.Rejected));
        Assert.Equal(
            [
                ("w.parquet#1", "has u out of range"), ("w.parquet#2", "has d \"Infinity\", which is no finite number"), ("w.parquet#3", "has more than 1024 bytes"),
                ("w.parquet#4", "has l with an element that is missing"),
            ],
            parser.Quarantined.Select(r => (r.Source, r.Reason)));
        // The rows behind them still have their own values.
        Assert.Equal(
            "1 1 a [1] 1970-01-01|6 6 f [] 1970-01-01|7 7 g - 1970-01-01|8 8 h [8] 1970-01-01|9 9 i [9] 1970-01-01|10 10 j [10] 1970-01-01",
            Rows.Show(await parser.ReadAsync([("w.parquet", file)])));
    }

    [Fact]
    public async Task Images_of_hugging_face_are_images()
    {
        using var parser = new ParserFixture();
        var schema = Parquet.Root(
            Parquet.Group("image", Repetition.Optional, Parquet.Leaf("bytes", Repetition.Optional, PhysicalType.ByteArray), Parquet.Leaf("path", Repetition.Optional, PhysicalType.ByteArray, LogicalType.String())),
            Parquet.Leaf("label", Repetition.Required, PhysicalType.Int64));
        using var pins = new Pins();
        var file = Parquet.File(schema, g =>
        {
            g.Levels([pins.Of(Png.Of(1)), pins.Of([1, 2, 3]), pins.Of(Png.Of(2, 40, 30))], [2, 2, 0, 2], [0, 0, 0, 0]);
            g.Levels([pins.Of("a.png"u8.ToArray())], [2, 1, 0, 1], [0, 0, 0, 0]);
            g.Levels([3L, 4, 5, 6], [0, 0, 0, 0], [0, 0, 0, 0]);
        });
        (string, byte[])[] files = [("data/train-00000-of-00001.parquet", file)];
        var parsed = await parser.ParseAsync(files);
        Assert.Equal([("image", ColumnType.Image), ("label", ColumnType.Int64)], parsed.Facts.Schema.Columns.Select(c => (c.Name, c.Type)));
        Assert.Equal(("train", "has image, which is not a PNG, JPEG, WebP, GIF or TIFF image"), (parsed.Facts.Splits.Single().Name, parser.Quarantined.Single().Reason));
        var records = await parser.ReadAsync(files);
        Assert.Equal([Png.Of(1), [], Png.Of(2, 40, 30)], records.Select(r => r.Values[0].Image?.Data.ToByteArray() ?? []));
        Assert.Equal([3L, 5, 6], records.Select(r => r.Values[1].Int64Value));
        var images = parsed.Statistics.Columns[0].Images;
        Assert.Equal((30.0, 2L), (images.Height.Maximum, images.Formats["png"]));
    }

    [Fact]
    public async Task Groups_become_columns_and_lists_may_have_two_levels()
    {
        using var parser = new ParserFixture();
        var schema = Parquet.Root(
            Parquet.Group("a", Repetition.Optional, Parquet.Group("b", Repetition.Required, Parquet.Leaf("c", Repetition.Optional, PhysicalType.Int32)), Parquet.Leaf("d", Repetition.Required, PhysicalType.Double)),
            Parquet.Leaf("r", Repetition.Repeated, PhysicalType.Int32),
            Parquet.Group("o", Repetition.Optional, Parquet.Group("bag", Repetition.Repeated, Parquet.Leaf("array_element", Repetition.Optional, PhysicalType.Int64))));
        var file = Parquet.File(schema, g =>
        {
            g.Levels([7], [2, 1, 0], [0, 0, 0]);
            g.Levels([0.5, 1.5], [1, 1, 0], [0, 0, 0]);
            g.Levels([1, 2, 3], [1, 1, 0, 1], [0, 1, 0, 0]);
            g.Levels([8L, 9], [3, 3, 1, 0], [0, 1, 0, 0]);
        });
        var files = new[] { ("g.parquet", file) };
        Assert.Equal("a.b.c:Int64 a.d:Double r:Int64List o:Int64List", string.Join(' ', (await parser.ParseAsync(files)).Facts.Schema.Columns.Select(c => $"{c.Name}:{c.Type}")));
        Assert.Equal("7 0.5 [1 2] [8 9]|- 1.5 [] []|- - [3] -", Rows.Show(await parser.ReadAsync(files)));
    }

    [Theory]
    [InlineData("map", "a map, or a list of groups")]
    [InlineData("groups", "a map, or a list of groups")]
    [InlineData("lists", "a list of lists or groups")]
    [InlineData("interval", "FixedLenByteArray/Interval")]
    [InlineData("blobs", "a list of ByteArray/None")]
    public async Task A_type_that_cannot_be_read_fails_with_its_column(string kind, string what)
    {
        using var parser = new ParserFixture();
        var leaf = Parquet.Leaf("x", Repetition.Required, PhysicalType.Int32);
        var node = kind switch
        {
            "map" => Parquet.Group("m", Repetition.Optional, Parquet.Group("key_value", Repetition.Repeated, Parquet.Leaf("key", Repetition.Required, PhysicalType.ByteArray), leaf)),
            "groups" => Parquet.Group("m", Repetition.Optional, Parquet.Group("list", Repetition.Repeated, leaf, Parquet.Leaf("y", Repetition.Required, PhysicalType.Int32))),
            "lists" => Parquet.Group("m", Repetition.Optional, Parquet.Group("list", Repetition.Repeated, Parquet.Group("element", Repetition.Optional, Parquet.Leaf("x", Repetition.Repeated, PhysicalType.Int32)))),
            "interval" => Parquet.Leaf("m", Repetition.Required, PhysicalType.FixedLenByteArray, LogicalType.Interval(), 12),
            _ => Parquet.Leaf("m", Repetition.Repeated, PhysicalType.ByteArray),
        };
        var file = Parquet.Empty(Parquet.Root(Parquet.Leaf("ok", Repetition.Required, PhysicalType.Int32), node));
        var (reason, message) = await parser.FailsAsync([("u.parquet", file)]);
        Assert.Equal(("COLUMN_TYPE", $"u.parquet: column m is {what}, which cannot be read."), (reason, message));
    }

    [Fact]
    public async Task Files_may_differ_in_columns_lie_in_archives_and_have_splits()
    {
        using var parser = new ParserFixture();
        var one = Parquet.File([new Column<int>("x"), new Column<string>("part")], g => { g.Column(1, 2); g.Column("train", "TEST"); });
        var two = Parquet.File([new Column<string>("part"), new Column<double>("x"), new Column<bool>("z")], g => { g.Column("dev", "?"); g.Column(0.5, 1.5); g.Column(true, false); });
        (string, byte[])[] files = [("a.parquet.gz", Idx.Gzip(one)), ("b.zip", Archive.Zip(("data/two.parquet", two)))];
        var asked = new DatasetVersion { Options = new FormatOptions { SplitColumn = "part" } };
        var records = await parser.ReadAsync(files, asked);
        Assert.Equal("1 train -|2 TEST -|0.5 dev True", Rows.Show(records));
        Assert.Equal(["train", "test", "validation"], records.Select(r => r.Split));
        Assert.Equal(["a.parquet#0", "a.parquet#1", "b.zip:data/two.parquet#0"], records.Select(r => r.Source.Replace(".gz", "")));
        var (reason, message) = await parser.FailsAsync([("a.parquet", one), ("c.parquet", Parquet.File([new Column<string>("x")], g => g.Column("t")))]);
        Assert.Equal(("COLUMNS_DIFFER", "c.parquet has a column x of String, other files have it of Int64. Say its type, or commit them apart."), (reason, message));
    }

    [Fact]
    public async Task Hostile_footers_and_pages_fail_before_the_native_reader_sees_them()
    {
        using var parser = new ParserFixture(options => (options.MaxBatchBytes, options.MaxRecords, options.MaxSpooledBytes) = (64 * 1024, 1000, 2000));
        var file = Parquet.File([new Column<long>("x")], g => g.Column(1L, 2L));
        Assert.Equal("PARQUET_UNSUPPORTED", (await parser.FailsAsync([("e.parquet", [.. file[..^4], .. "PARE"u8])], DataFormat.Parquet)).Reason);
        Assert.Equal("PARQUET_DAMAGED", (await parser.FailsAsync([("c.parquet", file[..^20])])).Reason);
        Assert.Equal("PARQUET_DAMAGED", (await parser.FailsAsync([("t.parquet", "PAR1"u8.ToArray())])).Reason);
        Assert.Equal("TOO_MANY_RECORDS", (await parser.FailsAsync([("r.parquet", Parquet.File([new Column<long>("x")], g => g.Column(new long[1001])))])).Reason);
        // Zeros: some kilobytes that expand to a page of 800 KB.
        var bomb = Parquet.File([new Column<byte[]>("x")], g => g.Column<byte[]>(new byte[800_000]), b => b.Compression(Compression.Zstd).DisableDictionary());
        Assert.InRange(bomb.Length, 1, 3000);
        var (reason, message) = await parser.FailsAsync([("b.parquet", bomb)]);
        Assert.Equal(("PAGE_TOO_LARGE", true), (reason, message.StartsWith("b.parquet, column x, row group 0, has a page of 8000", StringComparison.Ordinal)));
        var large = Parquet.File([new Column<byte[]>("x")], g => g.Column<byte[]>(Idx.Random(3000, 1)), b => b.Compression(Compression.Uncompressed));
        Assert.Equal("ENTRY_TOO_LARGE", (await parser.FailsAsync([("l.parquet.gz", Idx.Gzip(large))])).Reason);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(200_000)]
    public async Task A_schema_as_deep_as_a_stack_is_refused(int depth)
    {
        using var parser = new ParserFixture();
        // FileMetaData by hand (thrift compact): version 1, the schema, no rows, no row groups.
        using var footer = new MemoryStream();
        footer.Write([0x15, 2, 0x19, 0xfc]);
        for (var left = depth + 2; ; left >>= 7)
        {
            footer.WriteByte((byte)(left & 0x7f | (left > 0x7f ? 0x80 : 0)));
            if (left <= 0x7f)
            {
                break;
            }
        }

        for (var i = 0; i <= depth; i++)
        {
            // repetition_type REQUIRED, name "g", num_children 1
            footer.Write([0x35, 0, 0x18, 1, (byte)'g', 0x15, 2, 0]);
        }

        // type INT32, REQUIRED, name "x"
        footer.Write([0x15, 2, 0x25, 0, 0x18, 1, (byte)'x', 0, 0x16, 0, 0x19, 0x0c, 0]);
        byte[] file = [.. "PAR1"u8, .. footer.ToArray(), .. BitConverter.GetBytes((int)footer.Length), .. "PAR1"u8];
        Assert.Equal(depth < 16 ? "NO_RECORDS" : "PARQUET_DAMAGED", (await parser.FailsAsync([("deep.parquet", file)])).Reason);
    }

    private sealed class Pins : IDisposable
    {
        private readonly List<GCHandle> _handles = [];

        public ByteArray Of(byte[] bytes)
        {
            _handles.Add(GCHandle.Alloc(bytes, GCHandleType.Pinned));
            return new ByteArray(_handles[^1].AddrOfPinnedObject(), bytes.Length);
        }

        public void Dispose() => _handles.ForEach(h => h.Free());
    }
}
