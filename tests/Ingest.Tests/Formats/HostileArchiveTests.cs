using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using Mesh.Ingest.Tests.Data;
using Xunit;

namespace Mesh.Ingest.Tests.Formats;

public sealed class HostileArchiveTests
{
    [Theory]
    [InlineData("../evil.png")]
    [InlineData("cats/../../evil.png")]
    [InlineData("/etc/evil.png")]
    [InlineData("C:/evil.png")]
    [InlineData("cats\\..\\evil.png")]
    [InlineData("cats/\u001b[31m.png")]
    [InlineData("cats//evil.png")]
    [InlineData("../")]
    public async Task A_name_that_would_leave_its_folder_fails_the_version(string name)
    {
        using var parser = new ParserFixture();
        (string, byte[])[] entries = [("cats/1.png", Png.Of(1)), (name, name.EndsWith('/') ? [] : Png.Of(2))];
        foreach (var archive in new[] { Archive.Zip(entries), Archive.Tar(TarEntryFormat.Pax, entries), Idx.Gzip(Archive.Tar(TarEntryFormat.Ustar, entries)) })
        {
            var (reason, message) = await parser.FailsAsync([("pets", archive)]);
            Assert.Equal("UNSAFE_NAME", reason);
            Assert.StartsWith("pets: the entry \"", message);
            Assert.DoesNotContain(message, char.IsControl);
        }
    }

    [Fact]
    public async Task A_thousandfold_expansion_is_a_bomb()
    {
        using var parser = new ParserFixture();
        var zip = Archive.Zip(("cats/1.png", Png.Of(1)), ("cats/zeros.png", new byte[64 * 1024 * 1024]));
        Assert.True(zip.Length < 100_000);
        var (reason, message) = await parser.FailsAsync([("pets.zip", zip)]);
        Assert.Equal(("COMPRESSION_BOMB", true), (reason, message.Contains("pets.zip:cats/zeros.png")));
        var tar = Idx.Gzip(Archive.Tar(TarEntryFormat.Pax, ("cats/zeros.png", new byte[64 * 1024 * 1024])));
        Assert.Equal("COMPRESSION_BOMB", (await parser.FailsAsync([("pets.tgz", tar)])).Reason);
    }

    [Fact]
    public async Task Entries_that_share_their_bytes_are_a_bomb()
    {
        using var parser = new ParserFixture();
        // Ten thousand names for one entry: 10,000 to 1 and more.
        var zip = Overlapping(Archive.Zip(("cats/0000.png", new byte[1_000_000])), 10_000);
        var (reason, message) = await parser.FailsAsync([("pets.zip", zip)]);
        Assert.Equal(("COMPRESSION_BOMB", true), (reason, message.Contains("overlap")));
    }

    [Fact]
    public async Task Limits_hold_while_streaming()
    {
        using var parser = new ParserFixture(options =>
        {
            options.MaxArchiveEntries = 10;
            options.MaxExpandedBytes = 1_000_000;
            options.MaxLabels = 3;
        });
        IEnumerable<(string, byte[])> Many(int count, Func<int, string> folder) => Enumerable.Range(0, count).Select(i => ($"{folder(i)}/{i}.png", Png.Of(i)));
        foreach (var make in new Func<IEnumerable<(string, byte[])>, byte[]>[] { e => Archive.Zip(e), e => Archive.Tar(TarEntryFormat.Gnu, e) })
        {
            Assert.Equal("TOO_MANY_ENTRIES", (await parser.FailsAsync([("pets", make(Many(11, _ => "cats")))])).Reason);
            Assert.Equal("TOO_MANY_LABELS", (await parser.FailsAsync([("pets", make(Many(4, i => $"l{i}")))])).Reason);
            var large = Enumerable.Range(0, 3).Select(i => ($"cats/{i}.png", (byte[])[.. Png.Of(i), .. Idx.Random(400_000, i)]));
            Assert.Equal("EXPANDED_TOO_LARGE", (await parser.FailsAsync([("pets", make(large))])).Reason);
        }
    }

    [Fact]
    public async Task Damaged_archives_are_named()
    {
        using var parser = new ParserFixture();
        (string, byte[])[] entries = [("cats/1.png", Png.Of(1)), ("cats/2.png", Png.Of(2))];
        var (zip, tar) = (Archive.Zip(entries), Archive.Tar(TarEntryFormat.Pax, entries));
        async Task Check(string reason, byte[] bytes) => Assert.Equal(reason, (await parser.FailsAsync([("pets", bytes)])).Reason);
        await Check("ZIP_DAMAGED", zip[..^10]);
        await Check("ZIP_DAMAGED", zip[..100]);
        await Check("ZIP_DAMAGED", [.. zip, 1, 2, 3]);
        await Check("DUPLICATE_ENTRY", Archive.Zip(("a/1.png", Png.Of(1)), ("a/1.png", Png.Of(2))));
        await Check("TAR_TRUNCATED", tar[..^1024]);
        await Check("TAR_TRUNCATED", tar[..1600]);
        await Check("TAR_TRAILING_DATA", [.. tar, .. tar]);
        await Check("GZIP_DAMAGED", Idx.Gzip(tar)[..^4]);
        await Check("NO_RECORDS", Archive.Zip());
        // A wrong checksum is the record's fault, not the archive's.
        var flipped = (byte[])zip.Clone();
        flipped[30 + "cats/1.png".Length + 5] ^= 0x55;
        var parsed = await parser.ParseAsync([("pets", flipped)]);
        Assert.Equal((1L, 1L, "pets:cats/1.png"), (parsed.Records, parsed.Rejected, parsed.Facts.Rejected[0].Source));
    }

    [Fact]
    public async Task A_tar_header_may_lie_about_metadata_without_costing_memory()
    {
        using var parser = new ParserFixture();
        var tar = Archive.Tar(TarEntryFormat.Gnu, (new string('a', 200) + "/1.png", Png.Of(1)));
        Assert.Equal((byte)'L', tar[156]);
        "17777777777"u8.CopyTo(tar.AsSpan(124));
        tar.AsSpan(148, 8).Fill((byte)' ');
        var sum = tar.Take(512).Sum(b => b);
        System.Text.Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(tar, 148);
        Assert.Equal("TAR_DAMAGED", (await parser.FailsAsync([("pets.tar", tar)])).Reason);

        // A checksum that claims to be a large binary number, for which its field is too short.
        tar = Archive.Tar(TarEntryFormat.Ustar, ("cats/1.png", Png.Of(1)), ("cats/2.png", Png.Of(2)));
        var second = 512 + (Png.Of(1).Length + 511) / 512 * 512;
        tar[second + 148] = 0x80;
        Assert.Equal("TAR_DAMAGED", (await parser.FailsAsync([("pets.tar", tar)])).Reason);
    }

    /// <summary>The central directory's one entry again and again, each time with another name.</summary>
    private static byte[] Overlapping(byte[] zip, int times)
    {
        var end = zip.AsSpan(^22);
        var start = BinaryPrimitives.ReadInt32LittleEndian(end[16..]);
        var entry = zip.AsSpan(start, BinaryPrimitives.ReadInt32LittleEndian(end[12..])).ToArray();
        using var bytes = new MemoryStream();
        bytes.Write(zip, 0, start);
        for (var i = 0; i < times; i++)
        {
            System.Text.Encoding.ASCII.GetBytes($"{i:0000}").CopyTo(entry, 46 + "cats/".Length);
            bytes.Write(entry);
        }

        var record = end.ToArray();
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(8), (ushort)times);
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(10), (ushort)times);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(12), entry.Length * times);
        bytes.Write(record);
        return bytes.ToArray();
    }
}
