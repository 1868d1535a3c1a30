using Mesh.Ingest.Formats;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.V1;
using Xunit;

namespace Mesh.Ingest.Tests.Formats;

public sealed class IdxTests
{
    private static readonly byte[] Pixels = Idx.Random(12 * 16, 3);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pairs_become_splits_and_labels_without_names_are_numbers(bool gzip)
    {
        using var parser = new ParserFixture();
        var parsed = await parser.ParseAsync([.. Idx.Pair("train", 12, gzip), .. Idx.Pair("t10k", 6, gzip), .. Idx.Pair("validation", 3, gzip)]);
        Assert.Equal([("test", 6L), ("train", 12L), ("validation", 3L)], parsed.Facts.Splits.Select(s => (s.Name, s.RecordCount)));
        Assert.Equal([("0", 4L), ("1", 4L), ("2", 4L)], parsed.Facts.Splits[1].ClassHistogram.OrderBy(h => h.Key).Select(h => (h.Key, h.Value)));
        Assert.Equal((21L, 0L), (parsed.Records, parsed.Rejected));
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("tar, labels first")]
    [InlineData("tar.gz")]
    [InlineData("one in a zip, one bare")]
    public async Task Archives_hold_pairs_too(string kind)
    {
        using var parser = new ParserFixture();
        var (train, test) = (Idx.Pair("train", 12), Idx.Pair("t10k", 6, seed: 2));
        (string Name, byte[] Bytes)[] entries = [.. train.Concat(test).Select(e => ("mnist/" + e.Name, e.Bytes)), ("mnist/README.md", [1])];
        (string, byte[])[] files = kind switch
        {
            "zip" => [("mnist.zip", Archive.Zip(entries))],
            "tar, labels first" => [("mnist.tar", Archive.Tar(System.Formats.Tar.TarEntryFormat.Ustar, entries.Reverse()))],
            "tar.gz" => [("mnist.tgz", Idx.Gzip(Archive.Tar(System.Formats.Tar.TarEntryFormat.Pax, entries)))],
            _ => [("mnist.zip", Archive.Zip(entries[1..4])), (train[0].Name + ".gz", Idx.Gzip(train[0].Bytes))],
        };
        var parsed = await parser.ParseAsync(files);
        Assert.Equal((DataFormat.Idx, 18L), (parsed.Facts.Format, parsed.Records));
        Assert.Equal([("test", 6L), ("train", 12L)], parsed.Facts.Splits.Select(s => (s.Name, s.RecordCount)));
        var records = await parser.ReadAsync(files);
        foreach (var (split, images) in new[] { ("train", train[0].Bytes), ("test", test[0].Bytes) })
        {
            var read = records.Where(r => r.Split == split).ToList();
            Assert.Equal(images[16..], read.SelectMany(r => r.Values[0].Image.Data));
            Assert.Equal(Enumerable.Range(0, read.Count).Select(i => $"{i % 3}"), read.Select(r => r.Values[1].StringValue));
        }
    }

    [Fact]
    public async Task Files_in_archives_that_lie_are_named()
    {
        using var parser = new ParserFixture();
        var pair = Idx.Pair("train", 12);
        async Task Check(string reason, string start, params (string, byte[])[] entries)
        {
            foreach (var archive in new[] { Archive.Zip(entries), Archive.Tar(System.Formats.Tar.TarEntryFormat.Ustar, entries) })
            {
                var (found, message) = await parser.FailsAsync([("m", archive)], DataFormat.Idx);
                Assert.Equal((reason, true), (found, message.StartsWith(start, StringComparison.Ordinal)));
            }
        }

        await Check("IDX_TRUNCATED", "m:train-images-idx3-ubyte says it has 12 records and ends after 11", (pair[0].Name, pair[0].Bytes[..^1]), pair[1]);
        await Check("IDX_TRAILING_DATA", "m:train-labels-idx1-ubyte ", pair[0], (pair[1].Name, [.. pair[1].Bytes, 0]));
        await Check("IDX_SPLIT_TWICE", "m:train-images-idx3-ubyte is a second file", pair[0], pair[1], ("a/" + pair[0].Name, pair[0].Bytes));
        await Check("IDX_PAIR_INCOMPLETE", "m:train-images-idx3-ubyte has no labels", pair[0]);
        await Check("IDX_NAME", "m:x.bin is not called", pair[0], pair[1], ("x.bin", [1]));
    }

    [Fact]
    public async Task A_label_beyond_the_names_rejects_its_record_and_no_other()
    {
        using var parser = new ParserFixture();
        var parsed = await parser.ParseAsync(Idx.Pair("train", 12), DataFormat.Idx, "zero", "one");
        Assert.Equal(8, parsed.Records);
        Assert.Equal(4, parsed.Facts.RejectedCount);
        Assert.Equal(["train-images-idx3-ubyte#2", "train-images-idx3-ubyte#5", "train-images-idx3-ubyte#8", "train-images-idx3-ubyte#11"], parsed.Facts.Rejected.Select(r => r.Source));
        Assert.Equal("label 2 is out of range: there are 2 label names", parsed.Facts.Rejected[0].Reason);
    }

    [Fact]
    public async Task The_digest_depends_on_files_format_label_names_and_what_was_rejected_only()
    {
        using var parser = new ParserFixture();
        var files = Idx.Pair("train", 12);
        var digest = (await parser.ParseAsync(files)).Digest;
        Assert.Equal(digest, (await parser.ParseAsync([.. files.Reverse()])).Digest);
        Assert.NotEqual(digest, (await parser.ParseAsync(files, DataFormat.Idx, "a", "b", "c")).Digest);
        Assert.NotEqual(digest, (await parser.ParseAsync(Idx.Pair("test", 12))).Digest);
        // By hand: printf of the manifest | sha256sum.
        string[] lines =
        [
            "mesh dataset manifest 3", "format DATA_FORMAT_IDX", "option { }", "column { \"name\": \"image\", \"type\": \"COLUMN_TYPE_IMAGE\" }",
            "column { \"name\": \"label\", \"type\": \"COLUMN_TYPE_STRING\" }",
            .. files.OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => $"file {Hosting.IngestCalls.Sha256(f.Bytes)} {f.Bytes.Length} {f.Name}"),
            $"rejected 0 {Hosting.IngestCalls.Sha256([0])}",
        ];
        Assert.Equal(Hosting.IngestCalls.Sha256(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n")), digest);
    }

    [Fact]
    public async Task Other_limits_that_reject_other_records_give_another_digest()
    {
        (string, byte[])[] files = [("pets.zip", Archive.Zip(("cats/1.png", Png.Of(1)), ("cats/2.png", Png.Of(2, 200, 200))))];
        using var strict = new ParserFixture(options => options.MaxImageBytes = 4096);
        using var other = new ParserFixture(options => options.MaxImagePixels = 1000);
        using var lax = new ParserFixture();
        var (less, same, all) = (await strict.ParseAsync(files), await other.ParseAsync(files), await lax.ParseAsync(files));
        Assert.Equal((1L, 1L, 2L), (less.Records, same.Records, all.Records));
        Assert.NotEqual(less.Digest, all.Digest);
        Assert.Equal(less.Digest, same.Digest);
    }

    [Fact]
    public async Task Too_many_rejected_records_fail_the_version()
    {
        using var parser = new ParserFixture(options => options.MaxRejected = 3);
        Assert.Equal(3, (await parser.ParseAsync(Idx.Pair("train", 9), DataFormat.Idx, "zero", "one")).Rejected);
        var error = await Assert.ThrowsAsync<DatasetException>(() => parser.ParseAsync(Idx.Pair("train", 12), DataFormat.Idx, "zero", "one"));
        Assert.Equal("TOO_MANY_REJECTED", error.Reason);
        Assert.Contains("label 2 is out of range", error.Message);
    }

    [Fact]
    public async Task All_files_of_a_version_expand_to_a_limit_together()
    {
        using var parser = new ParserFixture(options => options.MaxExpandedBytes = 2000);
        Assert.Equal(100, (await parser.ParseAsync(Idx.Pair("train", 100))).Records);
        Assert.Equal("EXPANDED_TOO_LARGE", (await parser.FailsAsync([.. Idx.Pair("train", 100), .. Idx.Pair("test", 100)])).Reason);
    }

    [Fact]
    public async Task Files_that_lie_are_named()
    {
        using var parser = new ParserFixture();
        var labels = ("train-labels-idx1-ubyte", Idx.Labels(12, new byte[12]));
        async Task Check(string reason, byte[] images, (string, byte[])? other = null)
        {
            var (found, message) = await parser.FailsAsync([("train-images-idx3-ubyte", images), other ?? labels]);
            Assert.Equal(reason, found);
            Assert.Contains("-ubyte", message);
        }

        var good = Idx.Images(12, 4, 4, Pixels);
        await Check("IDX_TRUNCATED", good[..^1]);
        await Check("IDX_TRUNCATED", good[..10]);
        await Check("IDX_TRAILING_DATA", [.. good, 0]);
        await Check("IDX_TRUNCATED", Idx.Images(13, 4, 4, Pixels), ("train-labels-idx1-ubyte", Idx.Labels(13, new byte[13])));
        await Check("IDX_COUNT_MISMATCH", good, ("train-labels-idx1-ubyte", Idx.Labels(11, new byte[11])));
        await Check("IDX_TRAILING_DATA", good, ("train-labels-idx1-ubyte", Idx.Labels(12, new byte[13])));
        await Check("IDX_DIMENSIONS", Idx.Images(12, 0, 4, []));
        await Check("IDX_DIMENSIONS", Idx.Images(12, 16385, 1, []));
        await Check("IDX_DIMENSIONS", Idx.Images(12, int.MaxValue, int.MaxValue, []));
        await Check("IDX_DIMENSIONS", Idx.Images(12, -1, -1, []));
        await Check("IDX_DIMENSIONS", Idx.Images(int.MaxValue, 4, 4, []));
        await Check("IDX_DIMENSIONS", Idx.Images(-1, 4, 4, []));
        await Check("FORMAT_UNKNOWN", [0, 0, 9, 3, .. good[4..]]);
        await Check("IDX_MAGIC", Idx.Labels(12, new byte[12]));
        await Check("IDX_PAIR_INCOMPLETE", good, ("test-labels-idx1-ubyte", Idx.Labels(12, new byte[12])));
        await Check("IDX_SPLIT_TWICE", good, ("again/train-images-idx3-ubyte", good));
        await Check("IDX_NAME", good, ("labels-ubyte.bin", Idx.Labels(12, new byte[12])));
    }

    [Fact]
    public async Task A_gzip_is_whole_or_refused()
    {
        using var parser = new ParserFixture();
        var labels = ("train-labels-idx1-ubyte", Idx.Labels(12, new byte[12]));
        var good = Idx.Gzip(Idx.Images(12, 4, 4, Pixels));
        foreach (var bad in new byte[][] { good[..^1], good[..^4], good[..^8], [.. good, 0], [.. good, .. new byte[20_000]], [.. good[..^5], (byte)(good[^5] ^ 1), .. good[^4..]] })
        {
            var (reason, message) = await parser.FailsAsync([("train-images-idx3-ubyte.gz", bad), labels]);
            Assert.Equal("GZIP_DAMAGED", reason);
            Assert.StartsWith("train-images-idx3-ubyte.gz ", message);
        }

        Assert.Contains((await parser.FailsAsync([("train-images-idx3-ubyte.gz", good[..60]), labels])).Reason, (string[])["GZIP_DAMAGED", "IDX_TRUNCATED"]);
    }

    [Fact]
    public async Task Label_files_are_checked()
    {
        using var parser = new ParserFixture();
        var pair = Idx.Pair("train", 12);
        Assert.Equal(["a", "b", "c"], (await parser.ParseAsync([.. pair, ("labels.txt", "a\r\nb\nc\n"u8.ToArray())])).Facts.LabelNames);
        foreach (var bad in new[] { "a\na\n"u8.ToArray(), "a\n\nb"u8.ToArray(), "a\tb\n"u8.ToArray(), [0xff, 0xfe, 0x00], "\n"u8.ToArray() })
        {
            Assert.Equal("LABEL_NAMES_INVALID", (await parser.FailsAsync([.. pair, ("labels.txt", bad)])).Reason);
        }

        (string, byte[])[] two = [("labels.txt", "a\n"u8.ToArray()), ("more/labels.txt", "b\n"u8.ToArray())];
        Assert.Equal("LABEL_NAMES_INVALID", (await parser.FailsAsync([.. pair, .. two])).Reason);
        Assert.Equal("NO_RECORDS", (await parser.FailsAsync([("labels.txt", "a\n"u8.ToArray())])).Reason);
        Assert.Equal("NO_RECORDS", (await parser.FailsAsync(Idx.Pair("train", 0))).Reason);
    }
}
