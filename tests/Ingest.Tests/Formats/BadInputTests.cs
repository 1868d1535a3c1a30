using System.Text;
using Mesh.Ingest.Formats.Texts;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.V1;
using Xunit;

namespace Mesh.Ingest.Tests.Formats;

/// <summary>What people upload by mistake, or to do harm, is refused by name and reason, in every format that may meet it.</summary>
public sealed class BadInputTests
{
    public static TheoryData<string, byte[], string> Images => new()
    {
        { "empty", [], "the file is empty" },
        { "a text", "no image"u8.ToArray(), "is not a PNG, JPEG, WebP, GIF or TIFF image" },
        { "cut off", Png.Of(1)[..20], "is not a PNG, JPEG, WebP, GIF or TIFF image" },
        { "a JPEG without a frame", Pictures.Jpeg[..30], "is not a PNG, JPEG, WebP, GIF or TIFF image" },
        { "a bitmap", Pictures.Bmp, "is not a PNG, JPEG, WebP, GIF or TIFF image" },
        { "no sides", Sides(0, 8), "says it has 0 × 8 pixels" },
        { "a long side", Sides(16385, 1), "says it has 16385 × 1 pixels; each side may have at most 16384" },
        { "the longest side", Sides(uint.MaxValue, 1), "says it has 4294967295 × 1 pixels; each side may have at most 16384" },
        { "many pixels", Sides(16384, 16384), "says it has 16384 × 16384 pixels; 67108864 are possible here" },
        { "many bytes", [.. Png.Of(1), .. new byte[9_000_000]], "has more than 8388608 bytes" },
    };

    [Theory, MemberData(nameof(Images))]
    public async Task Images_that_cannot_be_meant_are_rejected_by_every_format_of_images(string kind, byte[] bad, string reason)
    {
        Assert.NotEmpty(kind);
        using var parser = new ParserFixture();
        (string, byte[])[] images = [("a/bad.png", bad), ("a/good.png", Png.Of(1))];
        (string, byte[])[] json = [("a.json", Coco.Json([(1, "a/bad.png", 0, 0), (2, "a/good.png", 0, 0)], [(1, 1, 1, [0, 0, 1, 1])], [(1, "x")]))];
        (string, byte[])[] labels = [("a/bad.txt", "0 0.5 0.5 0.5 0.5"u8.ToArray()), ("a/good.txt", "0 0.5 0.5 0.5 0.5"u8.ToArray())];
        foreach (var (format, beside) in new[] { (DataFormat.ImageFolder, []), (DataFormat.Coco, json), (DataFormat.Yolo, labels) })
        {
            // In a zip, and with the format not asked for, because a bare file of another kind fails the commit as a whole.
            var parsed = await parser.ParseAsync([("all.tar", Archive.Tar(System.Formats.Tar.TarEntryFormat.Ustar, [.. images, .. beside]))], format);
            Assert.Equal(("all.tar:a/bad.png", reason, 1L), (parser.Quarantined.Single().Source, parser.Quarantined.Single().Reason, parsed.Records));
        }
    }

    [Fact]
    public async Task Binary_files_are_no_tables_and_no_texts()
    {
        using var parser = new ParserFixture();
        var random = Idx.Random(5000, 7);
        Assert.Equal("FORMAT_UNKNOWN", (await parser.FailsAsync([("t.csv", random)])).Reason);
        foreach (var format in new[] { DataFormat.Csv, DataFormat.TextFolder, DataFormat.SentencePairs, DataFormat.Coco, DataFormat.Yolo, DataFormat.Idx, DataFormat.ImageFolder })
        {
            var (reason, message) = await parser.FailsAsync([("t.csv", random)], format);
            Assert.Equal(("FORMAT_MISMATCH", $"t.csv is of an unknown kind, which {Ingest.Formats.FormatNames.Of(format)} cannot be made of."), (reason, message));
        }
    }

    [Theory]
    [InlineData(DataFormat.Csv)]
    [InlineData(DataFormat.SentencePairs)]
    public async Task A_wrong_encoding_rejects_what_it_does_not_fit(DataFormat format)
    {
        using var parser = new ParserFixture();
        var asked = new DatasetVersion
        {
            Format = format, Options = new FormatOptions { Encoding = "utf-8", Delimiter = "\t", Header = FormatOptions.Types.Header.Absent }, MaxRejectedFraction = 1,
        };
        var parsed = await parser.ParseAsync([("t.tsv", Encoding.Latin1.GetBytes("a\tb\nü\tö\nc\td\n"))], asked);
        Assert.Equal((2L, "t.tsv#2", "holds bytes that are not text in this encoding"), (parsed.Records, parser.Quarantined.Single().Source, parser.Quarantined.Single().Reason));
    }

    [Theory]
    [InlineData("utf-8", true)]
    [InlineData("windows-1252", true)]
    [InlineData("utf-7", false)]
    [InlineData("no-such", false)]
    [InlineData("", false)]
    public void Only_encodings_that_can_be_read_are_known(string name, bool known) => Assert.Equal(known, TextEncodings.IsKnown(name));

    /// <summary>The header of a PNG says what it likes.</summary>
    private static byte[] Sides(uint width, uint height)
    {
        var png = Png.Of(1);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(16), width);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(20), height);
        return png;
    }
}
