using CsCheck;
using Mesh.Ingest.Records;
using Mesh.Ingest.V1;
using Xunit;

namespace Mesh.Ingest.Tests.Records;

public sealed class RecordPartitionsTests
{
    private static readonly Gen<DatasetVersion> Versions =
        Gen.Select(Gen.Char['a', 'z'].Array[1, 6].Select(c => new string(c)), Gen.Int[0, 500], Gen.Int[0, 80]).Array[1, 40].Select(files => Version([.. files.DistinctBy(f => f.Item1)]));

    [Fact]
    public void Partitions_are_the_version_in_order_and_none_is_much_too_large() => Gen.Select(Versions, Gen.Bool).Sample((version, independent) =>
    {
        var partitions = RecordPartitions.Cut(version, independent, 100).ToList();
        foreach (var split in version.Splits)
        {
            var mine = partitions.Where(p => p.Split == split.Name).ToList();
            var offset = 0L;
            foreach (var partition in mine)
            {
                Assert.Equal(offset, partition.Offset);
                Assert.InRange(partition.RecordCount, 1, 400);
                offset += partition.RecordCount;
            }

            Assert.Equal(split.RecordCount, offset);
        }

        Assert.Equal(partitions.Count, partitions.Select(p => p.Digest).Distinct().Count());
    });

    [Fact]
    public void A_file_that_comes_leaves_most_partitions_as_they_are()
    {
        (string, int, int)[] files = [.. Enumerable.Range(0, 2000).Select(i => ($"{i:0000}.txt", 1, 0))];
        var before = RecordPartitions.Cut(Version(files), true, 100).Select(p => p.Digest).ToHashSet();
        foreach (var name in new[] { "0000a.txt", "1000a.txt", "9999.txt" })
        {
            var after = RecordPartitions.Cut(Version([.. files, (name, 1, 0)]), true, 100).Select(p => p.Digest).ToList();
            Assert.InRange(after.Count(d => !before.Contains(d)), 1, 3);
        }

        // Joined formats depend on every file.
        var whole = RecordPartitions.Cut(Version(files), false, 100).Select(p => p.Digest).ToHashSet();
        Assert.DoesNotContain(RecordPartitions.Cut(Version([.. files, ("x", 1, 0)]), false, 100), p => whole.Contains(p.Digest));
    }

    [Fact]
    public void The_digest_covers_how_files_are_read_and_which_records_they_give()
    {
        var version = Version([("a.csv", 10, 0)]);
        var digest = RecordPartitions.Cut(version, true, 100).Single().Digest;
        foreach (var change in new Action<DatasetVersion>[]
        {
            v => v.Files[0].Selection = "other", v => v.Files[0].Sha256 = "other", v => v.Files[0].Path = "b.csv", v => v.Options.Delimiter = ";",
            v => v.Schema.Columns[0].Type = ColumnType.Double, v => v.LabelNames.Add("x"), v => v.Format = DataFormat.Jsonl,
        })
        {
            var changed = version.Clone();
            change(changed);
            Assert.NotEqual(digest, RecordPartitions.Cut(changed, true, 100).Single().Digest);
        }

        // Not of what does not decide records.
        var same = version.Clone();
        same.Name = "projects/p/datasets/d/versions/7";
        same.Files.Add(new DatasetFile { Path = "zz.csv", RecordCounts = { ["test"] = 5 } });
        // As it is when one of those five has no value.
        same.Schema.Columns[0].Nullable = true;
        Assert.Equal(digest, RecordPartitions.Cut(same, true, 100).Single().Digest);
    }

    /// <summary>By hand: 100,000 records in partitions of 1,000, of a file of 1 GB.</summary>
    [Theory]
    // Entered anywhere, or small enough: as was asked for.
    [InlineData(1_000_000, 100)]
    [InlineData(8_388_608, 100)]
    // What is passed over, 2 % of the file, is no more than a partition.
    [InlineData(20_000_000, 50)]
    // Read from its start, as gzip is: four.
    [InlineData(1_000_000_000, 4)]
    [InlineData(400_000_000, 4)]
    public void A_file_that_is_read_from_its_start_has_few_partitions(long walk, int expected)
    {
        var version = Version([("a.csv", 100_000, 0), ("b.csv", 1000, 0)]);
        (version.Files[0].SizeBytes, version.Files[0].WalkBytes) = (1_000_000_000, walk);
        var partitions = RecordPartitions.Cut(version, true, 1000).ToList();
        Assert.Equal(expected, partitions.Count(p => p.Offset < 100_000));
        Assert.Equal(101_000, partitions.Sum(p => p.RecordCount));
    }

    private static DatasetVersion Version((string Name, int Train, int Test)[] files)
    {
        var version = new DatasetVersion
        {
            Format = DataFormat.Csv,
            Options = new FormatOptions { Delimiter = "," },
            Schema = new Schema { Columns = { new Column { Name = "x", Type = ColumnType.Int64 } } },
        };
        foreach (var (name, train, test) in files)
        {
            var file = new DatasetFile { Path = name, Sha256 = $"sha of {name}", Selection = "all" };
            if (train > 0)
            {
                file.RecordCounts["train"] = train;
            }

            if (test > 0)
            {
                file.RecordCounts["test"] = test;
            }

            version.Files.Add(file);
        }

        foreach (var (split, count) in new[] { ("test", files.Sum(f => f.Test)), ("train", files.Sum(f => f.Train)) })
        {
            if (count > 0)
            {
                version.Splits.Add(new Split { Name = split, RecordCount = count });
            }
        }

        return version;
    }
}
