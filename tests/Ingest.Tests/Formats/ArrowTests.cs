using Apache.Arrow;
using Apache.Arrow.Arrays;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using CsCheck;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.V1;
using Xunit;
using Arrow = Mesh.Ingest.Tests.Data.Arrow;

namespace Mesh.Ingest.Tests.Formats;

public sealed class ArrowTests
{
    /// <summary>As other programs wrote them, and what they hold.</summary>
    public static TheoryData<string, string, string> Foreign => new()
    {
        // Arrow C++.
        {
            "QVJST1cxAAD/////CAEAABAAAAAAAAoADAAGAAUACAAKAAAAAAEEAAwAAAAIAAgAAAAEAAgAAAAEAAAABAAAAKQAAABkAAAAMAAAAAQAAAB8////AAABBhAAAAAYAAAABAAAAAAAAAAGAAAAYWN0aXZlAACo////pP///wAAAQMQAAAAHAAAAAQAAAAAAAAABQAAAHNjb3JlAAYACAAGAAYAAAAAAAIA1P///wAAAQUQAAAAHAAAAAQAAAAAAAAABAAAAG5hbWUAAAAABAAEAAQAAAAQABQACAAGAAcADAAAABAAEAAAAAAAAQIQAAAAHAAAAAQAAAAAAAAAAgAAAGlkAAAIAAwACAAHAAgAAAAAAAABIAAAAP////8oAQAAFAAAAAAAAAAMABYABgAFAAgADAAMAAAAAAMEABgAAABYAAAAAAAAAAAACgAYAAwABAAIAAoAAACsAAAAEAAAAAMAAAAAAAAAAAAAAAkAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAMAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAABAAAAAAAAAAIAAAAAAAAAAOAAAAAAAAADAAAAAAAAAAAQAAAAAAAAA4AAAAAAAAABgAAAAAAAAAUAAAAAAAAAAAAAAAAAAAAFAAAAAAAAAAAQAAAAAAAAAAAAAABAAAAAMAAAAAAAAAAAAAAAAAAAADAAAAAAAAAAAAAAAAAAAAAwAAAAAAAAABAAAAAAAAAAMAAAAAAAAAAAAAAAAAAAABAAAAAgAAAAMAAAAAAAAAAAAAAAMAAAAJAAAADgAAAEFkYeael+WmgkdyYWNlAAAFAAAAAAAAAAAAAAAAoFhAAAAAAAAAAAAAAAAAAABZQAUAAAAAAAAA/////wAAAAAQAAAADAAUAAYACAAMABAADAAAAAAABAA0AAAAJAAAAAQAAAABAAAAGAEAAAAAAAAwAQAAAAAAAFgAAAAAAAAAAAAAAAgACAAAAAQACAAAAAQAAAAEAAAApAAAAGQAAAAwAAAABAAAAHz///8AAAEGEAAAABgAAAAEAAAAAAAAAAYAAABhY3RpdmUAAKj///+k////AAABAxAAAAAcAAAABAAAAAAAAAAFAAAAc2NvcmUABgAIAAYABgAAAAAAAgDU////AAABBRAAAAAcAAAABAAAAAAAAAAEAAAAbmFtZQAAAAAEAAQABAAAABAAFAAIAAYABwAMAAAAEAAQAAAAAAABAhAAAAAcAAAABAAAAAAAAAACAAAAaWQAAAgADAAIAAcACAAAAAAAAAEgAAAAMAEAAEFSUk9XMQ==",
            "id:Int64 name:String score:Double active:Bool", "1 Ada 98.5 True|2 林如 - False|3 Grace 100 True"
        },
        // The same, with a list.
        {
            "QVJST1cxAAD/////2AAAABAAAAAAAAoADAAGAAUACAAKAAAAAAEEAAwAAAAIAAgAAAAEAAgAAAAEAAAAAgAAAHAAAAAEAAAAqP///wAAAQwUAAAAHAAAAAQAAAABAAAAFAAAAAQAAAB0YWdzAAAAANj////U////AAABBRAAAAAcAAAABAAAAAAAAAAEAAAAaXRlbQAAAAAEAAQABAAAABAAFAAIAAYABwAMAAAAEAAQAAAAAAABAhAAAAAcAAAABAAAAAAAAAACAAAAaWQAAAgADAAIAAcACAAAAAAAAAFAAAAAAAAAAP/////4AAAAFAAAAAAAAAAMABYABgAFAAgADAAMAAAAAAMEABgAAAA4AAAAAAAAAAAACgAYAAwABAAIAAoAAACMAAAAEAAAAAIAAAAAAAAAAAAAAAcAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAwAAAAAAAAAIAAAAAAAAAAAAAAAAAAAACAAAAAAAAAAEAAAAAAAAAAwAAAAAAAAAAMAAAAAAAAAAAAAAAMAAAACAAAAAAAAAAAAAAAAAAAAAgAAAAAAAAAAAAAAAAAAAAMAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAIAAAAAAAAAAAAAAAIAAAADAAAAAAAAAAAAAAABAAAAAgAAAAMAAABhYmMAAAAAAP////8AAAAAEAAAAAwAFAAGAAgADAAQAAwAAAAAAAQAOAAAACgAAAAEAAAAAQAAAOgAAAAAAAAAAAEAAAAAAAA4AAAAAAAAAAAAAAAAAAAACAAIAAAABAAIAAAABAAAAAIAAABwAAAABAAAAKj///8AAAEMFAAAABwAAAAEAAAAAQAAABQAAAAEAAAAdGFncwAAAADY////1P///wAAAQUQAAAAHAAAAAQAAAAAAAAABAAAAGl0ZW0AAAAABAAEAAQAAAAQABQACAAGAAcADAAAABAAEAAAAAAAAQIQAAAAHAAAAAQAAAAAAAAAAgAAAGlkAAAIAAwACAAHAAgAAAAAAAABQAAAAAABAABBUlJPVzE=",
            "id:Int64 tags:StringList", "1 [a b]|2 [c]"
        },
        // Arrow for Go, before messages began with a continuation mark, and without a mark at the stream's end.
        {
            "QVJST1cxAACsAQAAEAAAAAAACgAOAAwACwAEAAoAAAAUAAAAAAAAAQMACgAMAAAACAAEAAoAAAAIAAAAUAAAAAIAAAAoAAAABAAAAOD+//8IAAAADAAAAAIAAABHQwAABQAAAHJlZklkAAAAAP///wgAAAAMAAAAAAAAAAAAAAAEAAAAbmFtZQAAAAACAAAAlAAAAAQAAACG////FAAAAGAAAABgAAAAAAADAWAAAAACAAAALAAAAAQAAABQ////CAAAABAAAAAGAAAAbnVtYmVyAAAEAAAAdHlwZQAAAAB0////CAAAAAwAAAAAAAAAAAAAAAQAAABuYW1lAAAAAAAAAABm////AAACAAAAAAAAABIAGAAUABMAEgAMAAAACAAEABIAAAAUAAAAbAAAAHQAAAAAAAoBdAAAAAIAAAA0AAAABAAAANz///8IAAAAEAAAAAQAAAB0aW1lAAAAAAQAAAB0eXBlAAAAAAgADAAIAAQACAAAAAgAAAAQAAAABAAAAFRpbWUAAAAABAAAAG5hbWUAAAAAAAAAAAAABgAIAAYABgAAAAAAAwAEAAAAVGltZQAAAAC8AAAAFAAAAAAAAAAMABYAFAATAAwABAAMAAAA0AAAAAAAAAAUAAAAAAAAAwMACgAYAAwACAAEAAoAAAAUAAAAWAAAAA0AAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABoAAAAAAAAAGgAAAAAAAAAAAAAAAAAAABoAAAAAAAAAGgAAAAAAAAAAAAAAAIAAAANAAAAAAAAAAAAAAAAAAAADQAAAAAAAAAAAAAAAAAAAAAAAAAAFp00e2XHFQAIo158ZccVAPqoiH1lxxUA7K6yfmXHFQDetNx/ZccVANC6BoFlxxUAwsAwgmXHFQC0xlqDZccVAKbMhIRlxxUAmNKuhWXHFQCK2NiGZccVAHzeAohlxxUAbuQsiWXHFQAAAAAAAAhAAAAAAAAACEAAAAAAAAAIQAAAAAAAABRAAAAAAAAAFEAAAAAAAAAUQAAAAAAAAAhAAAAAAAAACEAAAAAAAAAIQAAAAAAAABRAAAAAAAAAFEAAAAAAAAAUQAAAAAAAAAhAEAAAAAwAFAASAAwACAAEAAwAAAAQAAAALAAAADgAAAAAAAMAAQAAALgBAAAAAAAAwAAAAAAAAADQAAAAAAAAAAAAAAAAAAAAAAAKAAwAAAAIAAQACgAAAAgAAABQAAAAAgAAACgAAAAEAAAA4P7//wgAAAAMAAAAAgAAAEdDAAAFAAAAcmVmSWQAAAAA////CAAAAAwAAAAAAAAAAAAAAAQAAABuYW1lAAAAAAIAAACUAAAABAAAAIb///8UAAAAYAAAAGAAAAAAAAMBYAAAAAIAAAAsAAAABAAAAFD///8IAAAAEAAAAAYAAABudW1iZXIAAAQAAAB0eXBlAAAAAHT///8IAAAADAAAAAAAAAAAAAAABAAAAG5hbWUAAAAAAAAAAGb///8AAAIAAAAAAAAAEgAYABQAEwASAAwAAAAIAAQAEgAAABQAAABsAAAAdAAAAAAACgF0AAAAAgAAADQAAAAEAAAA3P///wgAAAAQAAAABAAAAHRpbWUAAAAABAAAAHR5cGUAAAAACAAMAAgABAAIAAAACAAAABAAAAAEAAAAVGltZQAAAAAEAAAAbmFtZQAAAAAAAAAAAAAGAAgABgAGAAAAAAADAAQAAABUaW1lAAAAANgBAABBUlJPVzE=",
            "Time:Timestamp column_2:Double",
            string.Join('|', Enumerable.Range(0, 13).Select(i => $"{DateTimeOffset.FromUnixTimeMilliseconds(1569334575000 + 5000 * i):yyyy-MM-ddTHH:mm:ss.fffffff} {(i / 3 % 2 == 0 ? 3 : 5)}"))
        },
    };

    [Theory, MemberData(nameof(Foreign))]
    public async Task Files_of_other_programs_are_read(string base64, string columns, string rows)
    {
        using var parser = new ParserFixture();
        (string, byte[])[] files = [("f.arrow", Convert.FromBase64String(base64))];
        var facts = (await parser.ParseAsync(files)).Facts;
        Assert.Equal((DataFormat.Arrow, columns), (facts.Format, string.Join(' ', facts.Schema.Columns.Select(c => $"{c.Name}:{c.Type}"))));
        Assert.Equal(rows, Rows.Show(await parser.ReadAsync(files)));
    }

    [Fact]
    public async Task Rows_come_back_as_they_were_written()
    {
        using var parser = new ParserFixture(inMemory: true);
        await Gen.Select(TypedRow.Gen.Array[0, 60].Array[1, 3], Gen.OneOf<CompressionCodecType?>(null, CompressionCodecType.Lz4Frame, CompressionCodecType.Zstd), Gen.Bool, Gen.Int[1, 7])
            .Where(t => t.Item1.Any(g => g.Length > 0))
            .SampleAsync(
                async (batches, codec, file, step) =>
                {
                    var made = batches.Select(b => Arrow.Batch(b)).ToArray();
                    var bytes = file ? Arrow.File(codec, made) : Arrow.Stream(codec, made);
                    TypedRow[] rows = [.. batches.SelectMany(g => g)];
                    var read = await parser.ReadAsync([("r.arrow", bytes)]);
                    Assert.Equal(rows.Select(r => r.ToString()), read.Select(r => Rows.Show([r])));
                    Assert.Equal(Enumerable.Range(0, rows.Length).Select(i => $"r.arrow#{i}"), read.Select(r => r.Source));
                    var some = await parser.ReadAsync([("r.arrow", bytes)], wanted: n => n % step == 0);
                    Assert.Equal(rows.Where((_, n) => n % step == 0).Select(r => r.ToString()), some.Select(r => Rows.Show([r])));
                },
                iter: 60, threads: 1);
    }

    [Fact]
    public async Task Every_type_has_its_column()
    {
        using var parser = new ParserFixture();
        var moment = new DateTimeOffset(2024, 2, 29, 12, 30, 15, TimeSpan.Zero);
        var words = new StringArray.Builder().Append("red").AppendNull().Append("blue").Build();
        var vector = new FixedSizeListArray.Builder(FloatType.Default, 2);
        ((FloatArray.Builder)vector.Append().ValueBuilder).AppendRange([0.5f, 1]);
        vector.AppendNull();
        ((FloatArray.Builder)vector.Append().ValueBuilder).AppendRange([2, 3]);
        var image = new StructArray(
            new StructType([new Field("bytes", BinaryType.Default, true), new Field("path", StringType.Default, true)]), 3,
            [new BinaryArray.Builder().Append(Png.Of(1).AsSpan()).AppendNull().Append(Png.Of(2).AsSpan()).Build(), new StringArray.Builder().AppendNull().AppendNull().AppendNull().Build()],
            ArrowBuffer.Empty);
        var nested = new StructArray(
            new StructType([new Field("x", Int32Type.Default, true)]), 3, [new Int32Array.Builder().Append(1).Append(2).AppendNull().Build()],
            new ArrowBuffer.BitmapBuilder().Append(true).Append(false).Append(true).Build(), nullCount: 1);
        var batch = Arrow.Batch(
            ("i8", new Int8Array.Builder().Append(-1).AppendNull().Append(1).Build()), ("u32", new UInt32Array.Builder().Append(uint.MaxValue).Append(0).Append(1).Build()),
            ("f16", new HalfFloatArray.Builder().Append((Half)0.5).Append((Half)1).Append(Half.NaN).Build()), ("f32", new FloatArray.Builder().Append(0.25f).Append(1).Append(2).Build()),
            ("date", new Date32Array.Builder().Append(moment.DateTime).AppendNull().Append(moment.DateTime).Build()),
            ("s", new TimestampArray.Builder(new TimestampType(TimeUnit.Second, (string)null!)).Append(moment).Append(moment).AppendNull().Build()),
            ("dec", new Decimal128Array.Builder(new Decimal128Type(38, 3)).Append(-1234.567m).Append(0m).AppendNull().Build()),
            ("word", new DictionaryArray(new DictionaryType(Int8Type.Default, StringType.Default, false), new Int8Array.Builder().Append(2).Append(1).Append(0).Build(), words)),
            ("view", new StringViewArray.Builder().Append("short").AppendNull().Append("a string that is longer than a view").Build()),
            ("vector", vector.Build()), ("image", image), ("nested", nested), ("none", new NullArray(3)));
        var file = Arrow.File(null, batch);
        var parsed = await parser.ParseAsync([("t.arrow", file)]);
        Assert.Equal(
            "Int64 Int64 Double Double Timestamp Timestamp Double String String DoubleList Image Int64 String",
            string.Join(' ', parsed.Facts.Schema.Columns.Select(c => c.Type)));
        var records = await parser.ReadAsync([("t.arrow", file)]);
        Assert.Equal(
            "-1 4294967295 0.5 0.25 2024-02-29 2024-02-29T12:30:15.0000000 -1234.567 blue short [0.5 1] Image 1 -"
            + "|- 0 1 1 - 2024-02-29T12:30:15.0000000 0 - - - - - -"
            + "|1 1 - 2 2024-02-29 - - red a string that is longer than a view [2 3] Image - -",
            Rows.Show(records));
        Assert.Equal(Png.Of(2), records[2].Values[10].Image.Data.ToByteArray());
        Assert.Equal("nested.x", parsed.Facts.Schema.Columns[11].Name);
    }

    [Theory, InlineData(null), InlineData(CompressionCodecType.Lz4Frame), InlineData(CompressionCodecType.Zstd)]
    public async Task Batches_share_a_dictionary_that_is_sent_once(CompressionCodecType? codec)
    {
        using var parser = new ParserFixture();
        // Long enough that compressing them pays: else they are sent as they are.
        var (red, blue) = (new string('r', 400), new string('b', 400));
        var words = new StringArray.Builder().Append(red).Append(blue).Build();
        var type = new DictionaryType(Int8Type.Default, StringType.Default, false);
        var schema = new Apache.Arrow.Schema([new Field("w", type, true)], null);
        var batches = new sbyte[] { 0, 1, 0 }.Select(word => new RecordBatch(schema, [new DictionaryArray(type, new Int8Array.Builder().Append(word).AppendNull().Build(), words)], 2));
        var records = await parser.ReadAsync([("d.arrow", Arrow.Stream(codec, [.. batches]))]);
        Assert.Equal($"{red}|-|{blue}|-|{red}|-", Rows.Show(records));
    }

    [Fact]
    public async Task Values_that_no_column_holds_reject_their_records()
    {
        using var parser = new ParserFixture(options => options.MaxRecordBytes = 1024);
        var list = new ListArray.Builder(Int32Type.Default);
        list.Append();
        ((Int32Array.Builder)list.ValueBuilder).Append(1).AppendNull();
        list.Append();
        list.Append();
        list.Append();
        var batch = Arrow.Batch(
            ("l", list.Build()), ("u", new UInt64Array.Builder().Append(1).Append(ulong.MaxValue).Append(3).Append(4).Build()),
            ("s", new StringArray.Builder().Append("a").Append("b").Append(new string('x', 2000)).Append("d").Build()));
        var asked = new DatasetVersion { MaxRejectedFraction = 0.9 };
        Assert.Equal((1L, 3L), (await parser.ParseAsync([("w.arrows", Arrow.Stream(null, batch))], asked)) is var parsed ? (parsed.Records, parsed.Rejected) : default);
        Assert.Equal(
            [("w.arrows#0", "has l with an element that is missing"), ("w.arrows#1", "has u out of range"), ("w.arrows#2", "has more than 1024 bytes")],
            parser.Quarantined.Select(r => (r.Source, r.Reason)));
    }

    [Fact]
    public async Task A_type_that_cannot_be_read_fails_with_its_column()
    {
        using var parser = new ParserFixture();
        var duration = new DurationArray.Builder(DurationType.Second).Append(TimeSpan.FromSeconds(1)).Build();
        Assert.Equal(("COLUMN_TYPE", "u.arrow: column d is duration, which cannot be read."), await parser.FailsAsync([("u.arrow", Arrow.File(null, Arrow.Batch(("d", duration))))]));
    }

    [Fact]
    public async Task Files_lie_in_archives_and_end_where_they_should()
    {
        using var parser = new ParserFixture();
        var numbers = Arrow.Batch(("x", new Int64Array.Builder().Append(1).Append(2).Build()));
        var (file, stream) = (Arrow.File(null, numbers), Arrow.Stream(null, numbers));
        var records = await parser.ReadAsync([("a.zip", Archive.Zip(("train/x.arrow", file))), ("test.arrow.gz", Idx.Gzip(stream)), ("v.arrows", stream[..^8])]);
        Assert.Equal(["train", "train", "test", "test", "all", "all"], records.Select(r => r.Split));
        Assert.Equal(("ARROW_DAMAGED", "c.arrow is an Arrow file that is cut off."), await parser.FailsAsync([("c.arrow", file[..^1])]));
        Assert.Equal(("ARROW_DAMAGED", "c.arrow is an Arrow file that is cut off."), await parser.FailsAsync([("c.arrow", stream[..^20])]));
        Assert.Equal(("ARROW_DAMAGED", "c.arrow is an Arrow file that has bytes behind its end."), await parser.FailsAsync([("c.arrow", [.. stream, 1])]));
    }

    [Fact]
    public async Task Hostile_lengths_fail_before_the_reader_sees_them()
    {
        using var parser = new ParserFixture(options => (options.MaxBatchBytes, options.MaxRecords) = (64 * 1024, 100_000));
        // Zeros: some hundred bytes that expand to 800 KB.
        var zeros = Arrow.Batch(("x", new Int64Array.Builder().AppendRange(new long[100_000]).Build()));
        var bomb = Arrow.Stream(CompressionCodecType.Zstd, zeros);
        Assert.InRange(bomb.Length, 1, 2000);
        Assert.Equal(("BATCH_TOO_LARGE", "b.arrow has a batch, or dictionaries, of 800000 bytes; 65536 are possible here."), await parser.FailsAsync([("b.arrow", bomb)]));
        Assert.Equal("BATCH_TOO_LARGE", (await parser.FailsAsync([("b.arrow", Arrow.Stream(null, zeros))])).Reason);
        // Rows that take no bytes could be any number.
        var nothing = new RecordBatch(new Apache.Arrow.Schema([new Field("n", NullType.Default, true)], null), [new NullArray(int.MaxValue)], int.MaxValue);
        Assert.Equal(("ARROW_DAMAGED", "n.arrow is an Arrow file that has a batch with more rows than values."), await parser.FailsAsync([("n.arrow", Arrow.Stream(null, nothing))]));
        var deep = (IArrowType)Int32Type.Default;
        for (var i = 0; i < 20; i++)
        {
            deep = new StructType([new Field("a", deep, true)]);
        }

        using var bytes = new MemoryStream();
        using (var writer = new ArrowStreamWriter(bytes, new Apache.Arrow.Schema([new Field("a", deep, true)], null), leaveOpen: true))
        {
            await writer.WriteStartAsync(TestContext.Current.CancellationToken);
            await writer.WriteEndAsync(TestContext.Current.CancellationToken);
        }

        var (reason, message) = await parser.FailsAsync([("d.arrow", bytes.ToArray())]);
        Assert.Equal(("ARROW_DAMAGED", "d.arrow is an Arrow file that has more than 8000 fields, or fields in fields more than 16 deep."), (reason, message));
    }

    [Fact]
    public async Task A_reader_that_goes_past_a_body_is_stopped_before_it_takes_the_body_for_a_length()
    {
        using var parser = new ParserFixture(inMemory: true);
        var file = SmallTables.ArrowStream(CompressionCodecType.Lz4Frame);
        // How large the list of fields is, of the first batch's message: larger than the message.
        ReadOnlySpan<byte> list = [12, 0, 26, 0, 6, 0, 5, 0];
        file[file.AsSpan().IndexOf(list) + 1] = 0xaf;
        var before = GC.GetTotalAllocatedBytes();
        Assert.Equal(("ARROW_DAMAGED", "m.arrow is an Arrow file that has a malformed message."), await parser.FailsAsync([("m.arrow", file)]));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 200_000_000);
    }

    [Fact]
    public async Task A_column_of_views_cannot_claim_any_number_of_buffers()
    {
        using var parser = new ParserFixture();
        var file = Arrow.Stream(null, Arrow.Batch(("v", new StringViewArray.Builder().Append("a string that is longer than a view").Build())));
        Assert.Equal("a string that is longer than a view", Rows.Show(await parser.ReadAsync([("v.arrow", file)])));
        // A vector of one number, 1, as the metadata has it.
        ReadOnlySpan<byte> one = [1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
        var at = file.AsSpan().IndexOf(one);
        file[at] = 0;
        Assert.Equal(("ARROW_DAMAGED", "v.arrow is an Arrow file that has a column of views that does not say how many buffers it has."), await parser.FailsAsync([("v.arrow", file)]));
        (file[at], file[at + sizeof(int) + 3]) = (1, 1);
        Assert.Equal(("ARROW_DAMAGED", "v.arrow is an Arrow file that has a column with more buffers than its batch."), await parser.FailsAsync([("v.arrow", file)]));
    }
}
