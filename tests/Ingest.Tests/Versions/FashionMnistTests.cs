using Mesh.Ingest.Tests.Hosting;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Ingest.Tests.Versions;

/// <summary>The data set that ships with the repository, from files to records.</summary>
public sealed class FashionMnistTests
{
    [Theory, EachDatabase]
    public async Task The_sample_becomes_a_version_and_reads_back_as_it_is(DatabaseKind database)
    {
        await using var host = await IngestHost.StartAsync(database);
        var datasets = host.Datasets;
        await datasets.CreateAsync("fashion");
        var files = Directory.EnumerateFiles(FashionMnist.Folder)
            .Where(path => path.EndsWith(".gz", StringComparison.Ordinal) || path.EndsWith("labels.txt", StringComparison.Ordinal))
            .Select(path => (Path.GetFileName(path), File.ReadAllBytes(path))).ToList();
        var version = await datasets.CommitAsync("fashion", files);

        Assert.Equal(JobState.Succeeded, version.Status.State);
        Assert.Equal("projects/default/datasets/fashion/versions/1", version.Name);
        Assert.Equal(DataFormat.Idx, version.Format);
        Assert.Equal(FashionMnist.ClassNames, version.LabelNames);
        Assert.Equal(0, version.RejectedCount);
        Assert.Equal([("image", ColumnType.Image, false), ("label", ColumnType.String, false)], version.Schema.Columns.Select(c => (c.Name, c.Type, c.Nullable)));
        Assert.Equal(files.Select(f => f.Item1).Order(StringComparer.Ordinal), version.Files.Select(f => f.Path));
        foreach (var (split, expected) in new[] { ("train", FashionMnist.Train()), ("test", FashionMnist.Test()) })
        {
            var found = version.Splits.Single(s => s.Name == split);
            Assert.Equal(expected.Count, found.RecordCount);
            var histogram = expected.Labels.GroupBy(l => l).ToDictionary(g => FashionMnist.ClassNames[g.Key], g => (long)g.Count());
            Assert.Equal(histogram.OrderBy(h => h.Key), found.ClassHistogram.OrderBy(h => h.Key));

            var records = await datasets.ReadAsync(version.Name, split);
            Assert.Equal(expected.Count, records.Count);
            for (var i = 0; i < records.Count; i++)
            {
                Assert.Equal(i, records[i].Index);
                var image = records[i].Values[0].Image;
                Assert.Equal((ImageEncoding.Raw, 28, 28, 1), (image.Encoding, image.Height, image.Width, image.Channels));
                Assert.True(image.Data.Span.SequenceEqual(expected.Image(i)), $"pixels of {split} {i}");
                Assert.Equal(FashionMnist.ClassNames[expected.Labels[i]], records[i].Values[1].StringValue);
            }
        }

        Assert.Equal("t10k-images-idx3-ubyte.gz#17", (await datasets.ReadAsync(version.Name, "test", 17, 1)).Single().Source);
    }
}
