using System.Formats.Tar;
using System.Text;
using Apache.Arrow.Ipc;
using CsCheck;
using Mesh.Ingest.Formats;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.V1;
using Xunit;

namespace Mesh.Ingest.Tests.Formats;

/// <summary>
/// Whatever is done to a file, it parses or fails as a <see cref="DatasetException"/> that names what is wrong: soon, and
/// without much memory. A new format adds its kinds of file to <see cref="Seeds"/>.
/// </summary>
public sealed class FuzzTests
{
    /// <summary>One input takes about a millisecond. A hang lasts; a busy machine does not take so long for anything else.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private const long MaxAllocated = 64 * 1024 * 1024;

    private static readonly (string, byte[])[] Entries = [("train/cats/1.png", Png.Of(1)), ("train/dogs/2.png", Png.Of(2)), ("test/cats/3.png", Png.Of(3, 40, 40))];
    private static readonly (string, byte[]) Image = ("1.png", Png.Of(1));

    private static readonly byte[] CocoJson = Coco.Json(
        [(1, "1.png", 8, 8), (2, "2.png", 8, 8)], [(1, 1, 3, [1, 2, 3, 4]), (2, 2, 4, [0, 0, 8, 8])], [(3, "car"), (4, "dog")]);

    private static readonly byte[] Table = Encoding.UTF8.GetBytes("name,age,born,x\n\"Turing, Alan\",41,1912-06-23,1.5\n\"say \"\"hi\"\"\",7,1900-01-01,2\nAda,,1815-12-10,NA\n");
    private static readonly byte[] Yaml = "train: a\nnested: {a: [1, {b: c}]}\nnames:\n  0: cat\n  1: \"dog\"\n"u8.ToArray();
    private static readonly byte[] YoloLabels = "0 0.5 0.5 0.5 0.5\n1 0.25 0.25 0.125 0.125\n"u8.ToArray();
    private static readonly byte[] Lines = Encoding.UTF8.GetBytes("Hi.\tHallo!\nBye.\tTschüss.\n");

    /// <summary>By kind: the file that is damaged, the sound files beside it, and the format that is asked for.</summary>
    private static readonly Dictionary<string, (string Name, byte[] Bytes, (string, byte[])[] Beside, DataFormat Format)> Seeds = new()
    {
        ["idx"] = (Idx.Pair("train", 12)[0].Name, Idx.Pair("train", 12)[0].Bytes, [Idx.Pair("train", 12)[1]], DataFormat.Unspecified),
        ["idx.gz"] = (Idx.Pair("train", 12, gzip: true)[0].Name, Idx.Pair("train", 12, gzip: true)[0].Bytes, [Idx.Pair("train", 12)[1]], DataFormat.Unspecified),
        ["idx in a zip"] = ("m.zip", Archive.Zip(Idx.Pair("train", 12)), [], DataFormat.Unspecified),
        ["idx in a tar"] = ("m.tar", Archive.Tar(TarEntryFormat.Ustar, Idx.Pair("train", 12)), [], DataFormat.Unspecified),
        ["zip"] = ("pets.zip", Archive.Zip(Entries), [], DataFormat.Unspecified),
        ["tar-ustar"] = ("pets.tar", Archive.Tar(TarEntryFormat.Ustar, Entries), [], DataFormat.Unspecified),
        ["tar-gnu"] = ("pets.tar", Archive.Tar(TarEntryFormat.Gnu, [(new string('x', 150) + "/4.png", Png.Of(4)), .. Entries]), [], DataFormat.Unspecified),
        ["tar-pax"] = ("pets.tar", Archive.Tar(TarEntryFormat.Pax, [(new string('猫', 60) + "/4.png", Png.Of(4)), .. Entries]), [], DataFormat.Unspecified),
        ["tar.gz"] = ("pets.tar.gz", Idx.Gzip(Archive.Tar(TarEntryFormat.Gnu, Entries)), [], DataFormat.Unspecified),
        ["png"] = ("a/1.png", Png.Of(1), [("a/2.png", Png.Of(2))], DataFormat.ImageFolder),
        ["jpeg"] = ("a/1.jpg", Pictures.Jpeg, [("a/2.png", Png.Of(2))], DataFormat.ImageFolder),
        ["gif"] = ("a/1.gif", Pictures.Gif, [("a/2.png", Png.Of(2))], DataFormat.ImageFolder),
        ["webp"] = ("a/1.webp", Pictures.WebP, [("a/2.png", Png.Of(2))], DataFormat.ImageFolder),
        ["tiff"] = ("a/1.tif", Pictures.Tiff(bigEndian: true), [("a/2.png", Png.Of(2))], DataFormat.ImageFolder),
        ["csv"] = ("t.csv", Table, [], DataFormat.Csv),
        ["tsv"] = ("t.tsv", [.. Table.Select(b => b == (byte)',' ? (byte)'\t' : b)], [], DataFormat.Unspecified),
        ["utf-16 csv"] = ("t.csv", Encoding.Unicode.GetBytes("\uFEFF" + Encoding.UTF8.GetString(Table)), [], DataFormat.Unspecified),
        ["jsonl"] = ("r.jsonl", SmallTables.JsonLines, [], DataFormat.Unspecified),
        ["json"] = ("r.json", SmallTables.Json, [], DataFormat.Unspecified),
        ["parquet, deltas"] = ("r.parquet", SmallTables.ParquetDeltas, [], DataFormat.Unspecified),
        ["parquet, version 2"] = ("r.parquet", SmallTables.ParquetPagesOfVersion2, [], DataFormat.Unspecified),
        ["arrow"] = ("r.arrow", SmallTables.ArrowFile, [], DataFormat.Unspecified),
        ["arrow, lz4"] = ("r.arrow", SmallTables.ArrowStream(CompressionCodecType.Lz4Frame), [], DataFormat.Unspecified),
        ["arrow, zstd"] = ("r.arrow", SmallTables.ArrowStream(CompressionCodecType.Zstd), [], DataFormat.Unspecified),
        ["text"] = ("spam/1.txt", Encoding.UTF8.GetBytes("Grüße aus Köln,\nbis bald.\n"), [("ham/2.txt", "Hello"u8.ToArray())], DataFormat.Unspecified),
        ["labels.txt"] = ("labels.txt", "cats\ndogs\nbirds\n"u8.ToArray(), Idx.Pair("train", 12), DataFormat.Unspecified),
        ["coco"] = ("a.json", CocoJson, [Image], DataFormat.Unspecified),
        ["coco, found"] = ("a.json", CocoJson, [Image], DataFormat.Coco),
        ["yolo labels"] = ("1.txt", YoloLabels, [Image, ("data.yaml", Yaml)], DataFormat.Yolo),
        ["yolo names"] = ("data.yaml", Yaml, [Image, ("1.txt", YoloLabels)], DataFormat.Yolo),
        ["yolo in a tar"] = ("y.tar", Archive.Tar(TarEntryFormat.Ustar, ("images/1.png", Image.Item2), ("labels/1.txt", YoloLabels)), [], DataFormat.Unspecified),
        ["po"] = ("de.po", Encoding.UTF8.GetBytes(Catalogue.German), [], DataFormat.Unspecified),
        ["mo"] = ("de.mo", Catalogue.GermanMo(), [], DataFormat.SentencePairs),
        ["mo, big-endian"] = ("de.mo", Catalogue.GermanMo(bigEndian: true), [], DataFormat.SentencePairs),
        ["sentences"] = ("de.tsv", Lines, [], DataFormat.SentencePairs),
    };

    public static TheoryData<string> Kinds => [.. Seeds.Keys];

    private static int Inputs => Environment.GetEnvironmentVariable("MESH_TESTS_FULL") == "1" ? 100_000 : 5_000;

    [Theory, MemberData(nameof(Kinds))]
    public async Task Mutated_files_never_break_the_parser(string kind)
    {
        using var parser = new ParserFixture(
            options => (options.MaxExpandedBytes, options.MaxBatchBytes, options.MaxRecords, options.MaxBoxes) = (64 * 1024 * 1024, 16 * 1024 * 1024, 100_000, 10_000), inMemory: true);
        var (name, bytes, beside, format) = Seeds[kind];
        Assert.True(format != DataFormat.Unspecified || (await parser.ParseAsync([(name, bytes), .. beside])).Records > 0);
        var done = 0;
        // A negative time other than −1, which means the default, makes the number of inputs count.
        await Mutations.Of(bytes).SampleAsync(
            async mutated =>
            {
                Interlocked.Increment(ref done);
                await Task.Run(() => OneThread.Run(() => CheckAsync(parser, [(name, mutated), .. beside], format))).WaitAsync(Soon);
            },
            iter: Inputs, time: -2, print: Convert.ToBase64String);
        Assert.True(done >= Inputs, $"only {done} inputs");
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Records_are_the_same_whatever_the_size_of_reads(string kind)
    {
        var (name, bytes, beside, format) = Seeds[kind];
        using var whole = new ParserFixture(inMemory: true);
        var expected = await whole.ReadAsync([(name, bytes), .. beside], new DatasetVersion { Format = format });
        foreach (var piece in (int[])[1, 7, 100])
        {
            using var parser = new ParserFixture(inMemory: true, piece: piece);
            var read = await parser.ReadAsync([(name, bytes), .. beside], new DatasetVersion { Format = format });
            Assert.Equal(expected.Select(r => (r.Split, r.Source)), read.Select(r => (r.Split, r.Source)));
            Assert.Equal(expected.SelectMany(r => r.Values), read.SelectMany(r => r.Values));
        }
    }

    private static async Task CheckAsync(ParserFixture parser, (string, byte[])[] files, DataFormat format)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            await parser.ParseAsync(files, format);
        }
        catch (DatasetException e)
        {
            Assert.Matches("^[A-Z][A-Z0-9_]+$", e.Reason);
            Assert.DoesNotContain(e.Message, char.IsControl);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocated);
    }
}
