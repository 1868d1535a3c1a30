using Grpc.Core;
using Mesh.Ingest.Records;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Ingest.V1;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static Mesh.Ingest.Tests.Hosting.IngestCalls;

namespace Mesh.Ingest.Tests.Records;

public sealed class ReadRecordsTests
{
    [Fact]
    public async Task Rejected_candidates_leave_no_gap()
    {
        await using var host = await IngestHost.StartAsync();
        await host.Datasets.CreateAsync("digits");
        // Labels 0, 1, 2, 0, … with two names: every third is rejected.
        var version = await host.Datasets.CommitAsync("digits", Idx.Pair("train", 12), labels: ["zero", "one"]);
        var all = await host.Datasets.ReadAsync(version.Name, "train");
        Assert.Equal(Enumerable.Range(0, 8).Select(i => (long)i), all.Select(r => r.Index));
        Assert.Equal([0, 1, 3, 4, 6, 7, 9, 10], all.Select(r => int.Parse(r.Source.Split('#')[1])));
        for (var offset = 0; offset <= 9; offset++)
        {
            for (var limit = 1; limit <= 4; limit++)
            {
                Assert.Equal(all.Skip(offset).Take(limit), await host.Datasets.ReadAsync(version.Name, "train", offset, limit));
            }
        }
    }

    [Fact]
    public async Task Image_files_come_as_they_are_in_batches_of_a_mebibyte()
    {
        await using var host = await IngestHost.StartAsync();
        await host.Datasets.CreateAsync("pets");
        var entries = Enumerable.Range(0, 60).Select(i => ($"train/{(i % 2 == 0 ? "cats" : "dogs")}/{i:00}.png", Png.Of(i, 250, 250))).ToList();
        (string, byte[])[] files = [("pets.zip", Archive.Zip([.. entries, ("train/none.png", Png.Of(99)), ("train/cats/x.txt", [1, 2, 3])]))];
        var version = await host.Datasets.CommitAsync("pets", files);
        Assert.Equal(1, version.RejectedCount);

        using var call = host.Datasets.ReadRecords(new ReadRecordsRequest { Name = version.Name, Split = "train" }, cancellationToken: TestContext.Current.CancellationToken);
        var records = new List<V1.Record>();
        await foreach (var batch in call.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            // Empty when the service was slow.
            Assert.InRange(batch.CalculateSize(), 0, 1024 * 1024);
            records.AddRange(batch.Records);
        }

        var expected = entries.OrderBy(e => e.Item1, StringComparer.Ordinal).Append(("train/none.png", Png.Of(99))).ToList();
        Assert.Equal(expected.Select(e => $"pets.zip:{e.Item1}"), records.Select(r => r.Source));
        Assert.Equal(expected.Select(e => e.Item2), records.Select(r => r.Values[0].Image.Data.ToByteArray()));
        Assert.All(records, r => Assert.Equal(ImageEncoding.File, r.Values[0].Image.Encoding));
        Assert.Equal("dogs", records[59].Values[1].StringValue);
        Assert.Equal(Value.KindOneofCase.None, records[60].Values[1].KindCase);
        Assert.Equal(records.Skip(40).Take(5), await host.Datasets.ReadAsync(version.Name, "train", 40, 5));
    }

    [Fact]
    public async Task Bad_requests_are_refused()
    {
        await using var host = await IngestHost.StartAsync();
        await host.Datasets.CreateAsync("digits");
        var version = await host.Datasets.CommitAsync("digits", Idx.Pair("train", 3));
        Assert.Equal(StatusCode.InvalidArgument, (await FailsAsync(() => host.Datasets.ReadAsync(version.Name, "test"))).Code);
        Assert.Equal(StatusCode.InvalidArgument, (await FailsAsync(() => host.Datasets.ReadAsync(version.Name, "train", -1))).Code);
        Assert.Equal(StatusCode.InvalidArgument, (await FailsAsync(() => host.Datasets.ReadAsync(version.Name, "train", 0, -1))).Code);
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => host.Datasets.ReadAsync(version.Name + "1", "train"))).Code);
        Assert.Empty(await host.Datasets.ReadAsync(version.Name, "train", long.MaxValue, long.MaxValue));
    }

    /// <summary>Where files can be entered is found at the commit and stored with the version.</summary>
    [Fact]
    public async Task A_large_file_is_entered_near_the_first_record()
    {
        await using var host = await IngestHost.StartAsync();
        await host.Datasets.CreateAsync("rows");
        var bytes = System.Text.Encoding.UTF8.GetBytes("a,b\n" + string.Concat(Enumerable.Range(0, 150_000).Select(i => i % 100 == 7 ? $"{i},x,y\n" : $"{i},some words of text\n")));
        var version = await host.Datasets.CommitAsync("rows", [("rows.csv", bytes), ("rows2.csv.gz", Idx.Gzip(bytes))]);
        Assert.InRange(version.Files[0].WalkBytes, 1, 2 << 20);
        Assert.Equal(version.Files[1].SizeBytes, version.Files[1].WalkBytes);
        Assert.Equal(297_000, version.Splits.Single().RecordCount);
        var opened = await host.Services.GetRequiredService<VersionRecords>().OpenAsync(version.Name, TestContext.Current.CancellationToken);
        // The file has 3.9 MB, and points about every 1.05 MB: record 140,000 is 0.5 MB behind the third.
        Assert.InRange(ReadStart.Of(opened, "all", 140_000).Records, 100_000, 140_000);
        Assert.Equal((148_500, null), (ReadStart.Of(opened, "all", 250_000).Records, ReadStart.Of(opened, "all", 250_000).Place));
        // 99 of 100 rows are records; the header is line 1.
        foreach (var (offset, source) in new[] { (0, "rows.csv#2"), (99 * 1234, "rows.csv#123402"), (148_499, "rows.csv#150001"), (148_500 + 99, "rows2.csv.gz#102") })
        {
            var record = Assert.Single(await host.Datasets.ReadAsync(version.Name, "all", offset, 1));
            Assert.Equal((source, (long)offset), (record.Source, record.Index));
        }
    }
}
