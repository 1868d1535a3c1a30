using System.Formats.Tar;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.V1;
using Xunit;

namespace Mesh.Ingest.Tests.Formats;

public sealed class ArchiveTests
{
    private static readonly (string Name, byte[] Bytes)[] Entries =
    [
        ("pets/train/dogs/2.png", Png.Of(2)), ("pets/train/dogs/10.png", Png.Of(10)), ("pets/train/cats/1.png", Png.Of(1)), ("pets/Test/cats/4.png", Png.Of(4)),
        ("validation/5.png", Png.Of(5)), ("loose/6.png", Png.Of(6)), ("7.png", Png.Of(7)),
    ];

    private static readonly string[] Sorted =
    [
        "all.zip:7.png", "all.zip:loose/6.png", "all.zip:pets/Test/cats/4.png", "all.zip:pets/train/cats/1.png", "all.zip:pets/train/dogs/10.png",
        "all.zip:pets/train/dogs/2.png", "all.zip:validation/5.png",
    ];

    [Fact]
    public async Task A_zip_is_read_in_the_order_of_names_and_folders_say_split_and_label()
    {
        using var parser = new ParserFixture();
        var walked = await parser.WalkAsync([("all.zip", Archive.Zip([("pets/", []), .. Entries, ("__MACOSX/pets/._1.png", [1]), ("pets/.DS_Store", [1])]))]);
        Assert.Equal(Sorted, walked.Select(r => r.Source));
        Assert.Equal(["all", "all", "test", "train", "train", "train", "validation"], walked.Select(r => r.Split));
        Assert.Equal([null, "loose", "cats", "cats", "dogs", "dogs", null], walked.Select(r => r.Label));
        Assert.All(walked, r => Assert.Null(r.Problem));
        Assert.Equal(Png.Of(10), walked[4].Data);
        var train = await parser.WalkAsync([("all.zip", Archive.Zip(Entries))], "train");
        Assert.Equal(Sorted[3..6], train.Select(r => r.Source));
    }

    [Theory]
    [InlineData(TarEntryFormat.V7, false)]
    [InlineData(TarEntryFormat.Ustar, true)]
    [InlineData(TarEntryFormat.Gnu, false)]
    [InlineData(TarEntryFormat.Pax, true)]
    public async Task A_tar_is_read_as_it_is_stored(TarEntryFormat format, bool gzip)
    {
        using var parser = new ParserFixture();
        var tar = Archive.Tar(format, [("./pets/", []), .. Entries.Select(e => ("./" + e.Name, e.Bytes))]);
        var walked = await parser.WalkAsync([("all.tar", gzip ? Idx.Gzip(tar) : tar)]);
        Assert.Equal(Entries.Select(e => $"all.tar:{e.Name}"), walked.Select(r => r.Source));
        Assert.Equal(["train", "train", "train", "test", "validation", "all", "all"], walked.Select(r => r.Split));
        Assert.Equal(Entries.Select(e => e.Bytes), walked.Select(r => r.Data));
    }

    [Theory]
    [InlineData(TarEntryFormat.Gnu)]
    [InlineData(TarEntryFormat.Pax)]
    public async Task Long_names_survive(TarEntryFormat format)
    {
        using var parser = new ParserFixture();
        var name = string.Join('/', Enumerable.Repeat(new string('猫', 40), 4)) + "/cats/1.png";
        var walked = await parser.WalkAsync([("all.tar", Archive.Tar(format, [(name, Png.Of(1)), ("dogs/2.png", Png.Of(2))]))]);
        Assert.Equal([$"all.tar:{name}", "all.tar:dogs/2.png"], walked.Select(r => r.Source));
        Assert.Equal(["cats", "dogs"], walked.Select(r => r.Label));
    }

    [Fact]
    public async Task What_is_no_image_is_rejected_with_its_place_and_reason()
    {
        using var parser = new ParserFixture(options => options.MaxImageBytes = 4096);
        var huge = Png.Of(9);
        huge[16] = 0x7f;
        var zip = Archive.Zip(
            ("cats/1.png", Png.Of(1)), ("cats/empty.png", []), ("cats/huge.png", huge), ("cats/large.png", Png.Of(2, 200, 200)), ("cats/notes.txt", "no image"u8.ToArray()),
            ("cats/zero.png", Png.Of(3, 8, 0)));
        var parsed = await parser.ParseAsync([("pets.zip", zip)], new DatasetVersion { MaxRejectedFraction = 1 });
        Assert.Equal((1L, 5L), (parsed.Records, parsed.Facts.RejectedCount));
        Assert.Equal(
            [
                ("pets.zip:cats/empty.png", "the file is empty"), ("pets.zip:cats/huge.png", "says it has 2130706440 × 8 pixels; each side may have at most 16384"),
                ("pets.zip:cats/large.png", "has more than 4096 bytes"), ("pets.zip:cats/notes.txt", "is not a PNG, JPEG, WebP, GIF or TIFF image"),
                ("pets.zip:cats/zero.png", "says it has 8 × 0 pixels"),
            ],
            parsed.Facts.Rejected.Select(r => (r.Source, r.Reason)));
        var (reason, message) = await parser.FailsAsync([("pets.zip", Archive.Zip(("a/b.png", Png.Of(1)[..20])))]);
        Assert.Equal(("NO_RECORDS", true), (reason, message.Contains("pets.zip:a/b.png")));
    }

    [Fact]
    public async Task Links_in_archives_are_no_records()
    {
        using var parser = new ParserFixture();
        using var bytes = new MemoryStream();
        await using (var tar = new TarWriter(bytes, TarEntryFormat.Pax))
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, "cats/link.png") { LinkName = "/etc/passwd" }, TestContext.Current.CancellationToken);
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "cats/1.png") { DataStream = new MemoryStream(Png.Of(1)) }, TestContext.Current.CancellationToken);
        }

        var walked = await parser.WalkAsync([("pets.tar", bytes.ToArray())]);
        Assert.Equal([("pets.tar:cats/link.png", "is a link"), ("pets.tar:cats/1.png", null)], walked.Select(r => (r.Source, r.Problem)));
    }

    [Fact]
    public async Task Label_names_limit_the_folders()
    {
        using var parser = new ParserFixture();
        var parsed = await parser.ParseAsync([("all.zip", Archive.Zip(Entries))], DataFormat.ImageFolder, "cats", "dogs");
        Assert.Equal((4L, 3L), (parsed.Records, parsed.Rejected));
        Assert.Equal(["cats", "dogs"], parsed.Facts.LabelNames);
    }

    [Fact]
    public async Task A_format_that_was_asked_for_is_insisted_on()
    {
        using var parser = new ParserFixture();
        Assert.Equal("FORMAT_MISMATCH", (await parser.FailsAsync([("all.zip", Archive.Zip(Entries))], DataFormat.Idx)).Reason);
        Assert.Equal("FORMAT_MISMATCH", (await parser.FailsAsync(Idx.Pair("train", 3), DataFormat.ImageFolder)).Reason);
        Assert.Equal("FORMAT_MIXED", (await parser.FailsAsync([("z.zip", Archive.Zip(Entries)), .. Idx.Pair("train", 3)])).Reason);
        Assert.Equal("FORMAT_UNKNOWN", (await parser.FailsAsync([("x.csv", [0, 1, 2, 3, 0, 0])])).Reason);
    }
}
