using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Mesh.Tests.Shared;

namespace Mesh.Data.Tests;

/// <summary>What the sets promise beyond their bytes.</summary>
public sealed class ContentTests
{
    [Fact]
    public void The_pixels_of_Fashion_MNIST_have_the_mean_and_deviation_that_were_published()
    {
        var pixels = FashionMnist.Load(DataSets.Path("fashion-mnist"), "train").Pixels;
        var mean = pixels.Average(level => level / 255.0);
        Assert.Equal(0.2860, mean, 4);
        Assert.Equal(0.3530, Math.Sqrt(pixels.Average(level => (level / 255.0 - mean) * (level / 255.0 - mean))), 4);
    }

    [Fact]
    public void The_archives_of_spam_hold_the_tree()
    {
        var folder = DataSets.Path("spam");
        var mail = Path.Combine(folder, "mail");
        var tree = Directory.EnumerateFiles(mail, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(mail, path)).ToHashSet();

        using var zip = ZipFile.OpenRead(Path.Combine(folder, "spam.zip"));
        Assert.Equal(tree, zip.Entries.Select(entry => entry.FullName).ToHashSet());
        Assert.All(zip.Entries, entry => Assert.Equal(new FileInfo(Path.Combine(mail, entry.FullName)).Length, entry.Length));

        using var gzip = new GZipStream(File.OpenRead(Path.Combine(folder, "spam.tar.gz")), CompressionMode.Decompress);
        using var tar = new TarReader(gzip);
        var entries = new HashSet<string>();
        while (tar.GetNextEntry() is { } entry)
        {
            Assert.Equal(new FileInfo(Path.Combine(mail, entry.Name)).Length, entry.Length);
            entries.Add(entry.Name);
        }
        Assert.Equal(tree, entries);
    }

    [Theory]
    [InlineData("train")]
    [InlineData("test")]
    public void The_composites_are_320_by_240_and_their_boxes_the_same_in_both_layouts(string split)
    {
        var folder = DataSets.Path("composites");
        using var coco = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "coco", "annotations", $"instances_{split}.json")));
        var boxes = coco.RootElement.GetProperty("annotations").EnumerateArray().ToLookup(box => box.GetProperty("image_id").GetInt32());
        foreach (var image in coco.RootElement.GetProperty("images").EnumerateArray())
        {
            var name = image.GetProperty("file_name").GetString()!;
            var content = File.ReadAllBytes(Path.Combine(folder, "coco", split, name));
            Assert.Equal((320, 240), JpegSize(content));
            Assert.Equal(content, File.ReadAllBytes(Path.Combine(folder, "yolo", "images", split, name)));

            var lines = File.ReadAllLines(Path.Combine(folder, "yolo", "labels", split, Path.ChangeExtension(name, ".txt")));
            var expected = boxes[image.GetProperty("id").GetInt32()].Select(YoloLine);
            Assert.Equal(expected, lines);
        }
    }

    [Fact]
    public void The_images_for_benchmarks_are_distinct_and_of_the_size_that_was_promised()
    {
        Assert.SkipUnless(Sets.Full, "part of tests/run --full: they take a minute to make");
        using var tar = new TarReader(File.OpenRead(Path.Combine(DataSets.Path("bench-images"), "images.tar")));
        var hashes = new HashSet<string>();
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            var content = new byte[entry.Length];
            entry.DataStream!.ReadExactly(content);
            Assert.InRange(content.Length, 40_000, 60_000);
            Assert.Equal((640, 480), JpegSize(content));
            hashes.Add(Convert.ToHexString(SHA256.HashData(content)));
        }
        Assert.Equal(12_000, hashes.Count);
    }

    private static string YoloLine(JsonElement annotation)
    {
        var box = annotation.GetProperty("bbox").EnumerateArray().Select(number => number.GetDouble()).ToArray();
        double[] shares = [(box[0] + box[2] / 2) / 320, (box[1] + box[3] / 2) / 240, box[2] / 320, box[3] / 240];
        var label = annotation.GetProperty("category_id").GetInt32() - 1;
        return $"{label} {string.Join(' ', shares.Select(share => share.ToString("F6", CultureInfo.InvariantCulture)))}";
    }

    /// <summary>Width and height from the frame header of a baseline JPEG (ITU T.81, B.2.2).</summary>
    private static (int Width, int Height) JpegSize(byte[] content)
    {
        Assert.Equal([0xFF, 0xD8], content[..2]);
        for (var at = 2; ; at += 2 + (content[at + 2] << 8 | content[at + 3]))
        {
            Assert.Equal(0xFF, content[at]);
            if (content[at + 1] == 0xC0)
            {
                return (content[at + 7] << 8 | content[at + 8], content[at + 5] << 8 | content[at + 6]);
            }
        }
    }
}
