using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using ParquetSharp;

namespace Mesh.Ingest.Tests.Data;

/// <summary>Few rows with a bit of everything that their format has, to be damaged.</summary>
internal static class SmallTables
{
    private const int Rows = 12;

    private static readonly string[] Records =
    [
        """{"a":1,"s":"x\u00e9","o":{"b":[1,2.5],"c":null},"t":"2020-01-01","f":true,"l":["y","z"]}""", """{"a":-2.5e3,"s":"","o":{},"l":[]}""", """{"a":3,"m":[{"k":[]}]}""",
    ];

    public static byte[] JsonLines => System.Text.Encoding.UTF8.GetBytes(string.Join('\n', Records));

    public static byte[] Json => System.Text.Encoding.UTF8.GetBytes($"{{\"n\":[1],\"rows\":[{string.Join(',', Records)}]}}");

    public static byte[] ArrowFile => Arrow.File(null, ArrowBatches());

    public static byte[] ArrowStream(CompressionCodecType codec) => Arrow.Stream(codec, ArrowBatches());

    /// <summary>Pages as old programs write them, some of values that are encoded as differences.</summary>
    public static byte[] ParquetDeltas => ParquetFile(builder => builder
        .DisableDictionary("b").Encoding("b", Encoding.DeltaByteArray).DisableDictionary("i").Encoding("i", Encoding.DeltaBinaryPacked)
        .Compression(Compression.Snappy));

    public static byte[] ParquetPagesOfVersion2 => ParquetFile(builder => builder.DataPageVersion(ParquetDataPageVersion.V2).Compression(Compression.Zstd));

    // Every row twice: the first batch has the dictionary in front of it.
    private static RecordBatch[] ArrowBatches()
    {
        TypedRow[] rows =
        [
            new(1, 0.5, true, "text", [1, 2, 3], DateTime.UnixEpoch, [1, 2], ["a", "b"]), new(null, null, false, null, null, null, null, null),
            new(3, 1.5, true, new string('x', 80), new byte[80], DateTime.UnixEpoch, [], ["c"]),
        ];
        var batch = Arrow.Batch(rows);
        var words = new DictionaryArray(
            new DictionaryType(Int8Type.Default, StringType.Default, false), new Int8Array.Builder().Append(1).AppendNull().Append(0).Build(), new StringArray.Builder().Append("red").Append("blue").Build());
        var views = new StringViewArray.Builder().Append("short").Append("a string that is longer than a view").AppendNull().Build();
        var both = Arrow.Batch([.. batch.Schema.FieldsList.Select((f, i) => (f.Name, batch.Column(i))), ("w", words), ("v", views)]);
        return [both, both];
    }

    private static byte[] ParquetFile(Action<WriterPropertiesBuilder> configure) => Parquet.File(
        [new Column<long?>("i"), new Column<string>("s"), new Column<double[]>("l"), new Column<byte[]>("b"), new Column<bool>("f"), new Column<DateTime>("t")],
        group =>
        {
            group.Column([.. Enumerable.Range(0, Rows).Select(i => i % 3 == 0 ? null : (long?)i)]);
            group.Column([.. Enumerable.Range(0, Rows).Select(i => $"text {i % 5}")]);
            group.Column([.. Enumerable.Range(0, Rows).Select(i => i % 4 == 0 ? null! : Enumerable.Range(0, i % 4).Select(v => v / 2.0).ToArray())]);
            group.Column([.. Enumerable.Range(0, Rows).Select(i => new byte[i])]);
            group.Column([.. Enumerable.Range(0, Rows).Select(i => i % 7 == 0)]);
            group.Column([.. Enumerable.Range(0, Rows).Select(i => DateTime.UnixEpoch.AddDays(i))]);
        },
        builder => configure(builder.DataPagesize(100)));
}
