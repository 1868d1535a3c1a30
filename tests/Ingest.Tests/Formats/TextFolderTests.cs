using System.Text;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.V1;
using Xunit;

namespace Mesh.Ingest.Tests.Formats;

public sealed class TextFolderTests
{
    [Fact]
    public async Task Texts_get_label_and_split_from_their_folders()
    {
        using var parser = new ParserFixture();
        (string, byte[])[] files =
        [
            ("mail.zip", Archive.Zip(("mail/train/spam/1.txt", "Buy, now!\nbuy"u8.ToArray()), ("mail/train/ham/2.txt", "Hello,\nyou, there,\nx"u8.ToArray()), ("README", "x"u8.ToArray()))),
            ("test/ham/3.eml", Encoding.Latin1.GetBytes("Grüße aus München, für dich und deine Gäste. Schöne Straße, große Bäume.")),
        ];
        var parsed = await parser.ParseAsync(files);
        Assert.Equal((DataFormat.TextFolder, 3L, 0L), (parsed.Facts.Format, parsed.Records, parsed.Rejected));
        var records = await parser.ReadAsync(files);
        Assert.Equal(
            [
                ("train", "mail.zip:mail/train/ham/2.txt", "Hello,\nyou, there,\nx", "ham"), ("train", "mail.zip:mail/train/spam/1.txt", "Buy, now!\nbuy", "spam"),
                ("test", "test/ham/3.eml", "Grüße aus München, für dich und deine Gäste. Schöne Straße, große Bäume.", "ham"),
            ],
            records.Select(r => (r.Split, r.Source, r.Values[0].StringValue, r.Values[1].StringValue)));
    }

    [Fact]
    public async Task What_is_no_text_is_rejected()
    {
        using var parser = new ParserFixture(options => options.MaxRecordBytes = 1024);
        (string, byte[])[] files =
        [
            ("a.tar", Archive.Tar(
                System.Formats.Tar.TarEntryFormat.Pax,
                [("a/1.txt", "one text"u8.ToArray()), ("a/2.txt", []), ("a/3.bin", Idx.Random(500, 1)), ("a/4.txt", new byte[2000].Select(_ => (byte)'x').ToArray()), ("b/5.txt", "two"u8.ToArray())])),
        ];
        await parser.ParseAsync(files, new DatasetVersion { Format = DataFormat.TextFolder, MaxRejectedFraction = 1 });
        Assert.Equal(
            [("a.tar:a/2.txt", "the file is empty"), ("a.tar:a/3.bin", "is not text in any encoding that can be recognised"), ("a.tar:a/4.txt", "has more than 1024 bytes")],
            parser.Quarantined.Select(r => (r.Source, r.Reason)));
    }
}
