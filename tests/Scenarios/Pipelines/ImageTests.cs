using Mesh.Scenarios.Harness;
using Mesh.Tests.Shared;

namespace Mesh.Scenarios.Pipelines;

/// <summary>Real images, from raw files to shards.</summary>
[Collection("pipelines")]
public sealed class ImageTests(PipelineMesh mesh)
{
    private const int Side = 160;
    private const int Block = 40;
    private const int Border = 20;

    [Fact]
    public Task Garments() => GarmentsAsync("fashion-mnist", FashionMnist.Folder, "sample");

    /// <summary>70,000 of them, in partitions.</summary>
    [Fact]
    public async Task All_garments()
    {
        Assert.SkipUnless(Built.Full, "part of tests/run --full");
        await GarmentsAsync("all-of-fashion-mnist", DataSets.Path("fashion-mnist"), "full", "--partition-records", "20000");
    }

    private async Task GarmentsAsync(string dataset, string folder, string part, params string[] options)
    {
        await mesh.CommandAsync("dataset", "upload", dataset, folder);
        using var shards = await mesh.ProcessAsync("images-fashion-mnist", dataset, options);
        var golden = DataSets.Golden("fashion-mnist").GetProperty("shards").GetProperty(part);
        new ShardGolden(golden).Verify(shards);
        foreach (var fact in golden.GetProperty("normalize").EnumerateObject())
        {
            Assert.Equal(fact.Value.GetDouble(), shards.Learned("normalize").GetProperty(fact.Name)[0].GetDouble(), 1e-12);
        }
    }

    /// <summary>The mesh fetches 502 files by itself.</summary>
    [Fact]
    public async Task Garments_and_where_they_are()
    {
        var folder = DataSets.Path("composites");
        await mesh.CommandAsync("dataset", "import", "composites", new Uri(Path.Combine(folder, "coco/")).AbsoluteUri);
        using var shards = await mesh.ProcessAsync("detection-composites", "composites");
        var golden = new ShardGolden(DataSets.Golden("composites").GetProperty("shards"));
        golden.Verify(shards, except: ["image", "blocks"]);
        foreach (var (split, rows) in shards.Splits)
        {
            Assert.Equal([3, Side, Side], rows.Column("image").Shape);
            var images = rows.Bytes("image").Chunk(3 * Side * Side).ToList();
            Assert.All(images, image => Assert.Equal(-1, BorderOf(image).IndexOfAnyExcept((byte)0)));
            // PIL weighs the pixels of a small image otherwise, by less than a gray level over a block.
            golden.VerifyNumbers(split, "blocks", [.. images.Select(Means)], tolerance: 0.5);
        }
    }

    /// <summary>The rows above and below the picture, of all channels.</summary>
    private static ReadOnlySpan<byte> BorderOf(byte[] image) =>
        image.Chunk(Side).Where((_, row) => row % Side is < Border or >= Side - Border).SelectMany(row => row).ToArray();

    /// <summary>Of the blocks of each channel, row by row.</summary>
    private static double[] Means(byte[] image)
    {
        const int across = Side / Block;
        var means = new double[3 * across * across];
        for (var i = 0; i < image.Length; i++)
        {
            var (channel, y, x) = (i / (Side * Side), i / Side % Side, i % Side);
            means[((channel * across) + (y / Block)) * across + (x / Block)] += image[i] / (double)(Block * Block);
        }

        return means;
    }
}
