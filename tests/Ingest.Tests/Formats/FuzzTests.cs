using System.Formats.Tar;
using System.Text;
using Mesh.Ingest.Formats;
using Mesh.Ingest.Tests.Data;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using ParquetSharp;
using Xunit;
using Encoding = System.Text.Encoding;
using Arrow = Mesh.Ingest.Tests.Data.Arrow;
using Column = ParquetSharp.Column;
using Parquet = Mesh.Ingest.Tests.Data.Parquet;

namespace Mesh.Ingest.Tests.Formats;

/// <summary>Whatever is done to a file, it parses or fails as a <see cref="DatasetException"/> that names it.</summary>
public sealed class FuzzTests
{
    private static readonly (string, byte[])[] Entries = [("train/cats/1.png", Png.Of(1)), ("train/dogs/2.png", Png.Of(2)), ("test/cats/3.png", Png.Of(3, 40, 40))];

    private static readonly string[] JsonRecords =
    [
        """{"a":1,"s":"x\u00e9","o":{"b":[1,2.5],"c":null},"t":"2020-01-01","f":true,"l":["y","z"]}""", """{"a":-2.5e3,"s":"","o":{},"l":[]}""", """{"a":3,"m":[{"k":[]}]}""",
    ];

    public static TheoryData<string> Kinds => ["idx", "idx.gz", "zip", "tar-ustar", "tar-gnu", "tar-pax", "tar.gz", "jsonl", "json", "parquet", "parquet-zstd", "arrow", "arrow-lz4", "arrow-zstd"];

    [Theory, MemberData(nameof(Kinds))]
    public async Task Mutated_files_never_break_the_parser(string kind)
    {
        using var blobs = new MemoryBlobs();
        using var parser = new ParserFixture(options => (options.MaxExpandedBytes, options.MaxBatchBytes, options.MaxRecords) = (64 * 1024 * 1024, 16 * 1024 * 1024, 100_000), blobs);
        var (name, bytes) = Make(kind);
        var labels = Idx.Pair("train", 12)[1];
        for (var input = 0; input < Inputs; input++)
        {
            var mutated = Mutate(bytes, new Random(input));
            (string, byte[])[] files = kind.StartsWith("idx", StringComparison.Ordinal) ? [(name, mutated), labels] : [(name, mutated)];
            try
            {
                await parser.ParseAsync(files);
            }
            catch (DatasetException e)
            {
                Assert.Matches("^[A-Z][A-Z0-9_]+$", e.Reason);
                Assert.DoesNotContain(e.Message, char.IsControl);
            }
            catch (Exception e)
            {
                Assert.Fail($"Input {input}: {e}");
            }
        }
    }

    private static int Inputs => Environment.GetEnvironmentVariable("MESH_TESTS_FULL") == "1" ? 100_000 : 5_000;

    private static (string Name, byte[] Bytes) Make(string kind) => kind switch
    {
        "jsonl" => ("r.jsonl", Encoding.UTF8.GetBytes(string.Join('\n', JsonRecords))),
        "json" => ("r.json", Encoding.UTF8.GetBytes($"{{\"n\":[1],\"rows\":[{string.Join(',', JsonRecords)}]}}")),
        "parquet" => ("r.parquet", ParquetFile(Compression.Snappy, pages: 1)),
        "arrow" => ("r.arrow", Arrow.File(null, ArrowBatches)),
        "arrow-lz4" => ("r.arrow", Arrow.Stream(CompressionCodecType.Lz4Frame, ArrowBatches)),
        "arrow-zstd" => ("r.arrow", Arrow.Stream(CompressionCodecType.Zstd, ArrowBatches)),
        "parquet-zstd" => ("r.parquet", ParquetFile(Compression.Zstd, pages: 2)),
        "idx" => Idx.Pair("train", 12)[0],
        "idx.gz" => Idx.Pair("train", 12, gzip: true)[0],
        "zip" => ("pets.zip", Archive.Zip(Entries)),
        "tar-ustar" => ("pets.tar", Archive.Tar(TarEntryFormat.Ustar, Entries)),
        "tar-gnu" => ("pets.tar", Archive.Tar(TarEntryFormat.Gnu, [(new string('x', 150) + "/4.png", Png.Of(4)), .. Entries])),
        "tar-pax" => ("pets.tar", Archive.Tar(TarEntryFormat.Pax, [(new string('猫', 60) + "/4.png", Png.Of(4)), .. Entries])),
        _ => ("pets.tar.gz", Idx.Gzip(Archive.Tar(TarEntryFormat.Gnu, Entries))),
    };

    // Every row twice: the first batch has the dictionary in front of it.
    private static RecordBatch[] ArrowBatches
    {
        get
        {
            TypedRow[] rows =
            [
                new(1, 0.5, true, "text", [1, 2, 3], DateTime.UnixEpoch, [1, 2], ["a", "b"]), new(null, null, false, null, null, null, null, null),
                new(3, 1.5, true, new string('x', 200), new byte[200], DateTime.UnixEpoch, [], ["c"]),
            ];
            var batch = Arrow.Batch(rows);
            var words = new DictionaryArray(
                new DictionaryType(Int8Type.Default, StringType.Default, false), new Int8Array.Builder().Append(1).AppendNull().Append(0).Build(), new StringArray.Builder().Append("red").Append("blue").Build());
            var views = new StringViewArray.Builder().Append("short").Append("a string that is longer than a view").AppendNull().Build();
            var both = Arrow.Batch([.. batch.Schema.FieldsList.Select((f, i) => (f.Name, batch.Column(i))), ("w", words), ("v", views)]);
            return [both, both];
        }
    }

    private static byte[] ParquetFile(Compression compression, int pages) => Parquet.File(
        [new Column<long?>("i"), new Column<string>("s"), new Column<double[]>("l"), new Column<byte[]>("b"), new Column<bool>("f"), new Column<DateTime>("t")],
        group =>
        {
            group.Column([.. Enumerable.Range(0, 40).Select(i => i % 3 == 0 ? null : (long?)i)]);
            group.Column([.. Enumerable.Range(0, 40).Select(i => $"text {i % 5}")]);
            group.Column([.. Enumerable.Range(0, 40).Select(i => i % 4 == 0 ? null! : Enumerable.Range(0, i % 4).Select(v => v / 2.0).ToArray())]);
            group.Column([.. Enumerable.Range(0, 40).Select(i => new byte[i])]);
            group.Column([.. Enumerable.Range(0, 40).Select(i => i % 7 == 0)]);
            group.Column([.. Enumerable.Range(0, 40).Select(i => DateTime.UnixEpoch.AddDays(i))]);
        },
        builder => (pages == 1 ? builder.DisableDictionary("b").Encoding("b", ParquetSharp.Encoding.DeltaByteArray).DisableDictionary("i").Encoding("i", ParquetSharp.Encoding.DeltaBinaryPacked)
            : builder.DataPageVersion(ParquetDataPageVersion.V2)).Compression(compression).DataPagesize(100));

    /// <summary>Up to four of: a byte set, a run filled, a piece cut out, a piece doubled, the end cut off.</summary>
    private static byte[] Mutate(byte[] bytes, Random random)
    {
        for (var left = random.Next(1, 5); left > 0; left--)
        {
            bytes = Apply(bytes, (random.Next(5), random.NextDouble(), random.Next(1, 65), (byte)random.Next(256)));
        }

        return bytes;
    }

    private static byte[] Apply(byte[] bytes, (int Kind, double Where, int Length, byte Value) step)
    {
        if (bytes.Length == 0)
        {
            return bytes;
        }

        var at = (int)(step.Where * (bytes.Length - 1));
        var length = Math.Min(step.Length, bytes.Length - at);
        var changed = (byte[])bytes.Clone();
        switch (step.Kind)
        {
            case 0:
                changed[at] = step.Value;
                return changed;
            case 1:
                changed.AsSpan(at, length).Fill(step.Value);
                return changed;
            case 2:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 3:
                return [.. bytes[..(at + length)], .. bytes[at..]];
            default:
                return bytes[..at];
        }
    }
}
