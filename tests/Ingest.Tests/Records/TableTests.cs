using System.Text;
using Grpc.Core;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Xunit;
using static Mesh.Ingest.Tests.Hosting.IngestCalls;

namespace Mesh.Ingest.Tests.Records;

/// <summary>A table through the service: committed, described, read in parts, and its bad rows found again.</summary>
public sealed class TableTests
{
    private const int Rows = 1000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_column_is_nullable_once_a_record_has_no_value_in_it()
    {
        await using var host = await IngestHost.StartAsync();
        await host.Datasets.CreateAsync("people");
        (string, byte[]) whole = ("train-a.csv", "id,age\n1,30\n2,40\n"u8.ToArray());
        (string, byte[]) holes = ("train-b.csv", "id,age\n3,\n4,50\n"u8.ToArray());
        var (before, after) = (await host.Datasets.CommitAsync("people", [whole]), await host.Datasets.CommitAsync("people", [whole, holes]));
        Assert.Equal([("id", false), ("age", false)], before.Schema.Columns.Select(c => (c.Name, c.Nullable)));
        Assert.Equal([("id", false), ("age", true)], after.Schema.Columns.Select(c => (c.Name, c.Nullable)));
        Assert.Equal([30, 40], (await host.Datasets.ReadAsync(new ReadRecordsRequest { Name = before.Name })).Select(r => r.Values[1].Int64Value));
        Assert.Equal(
            [Value.KindOneofCase.Int64Value, Value.KindOneofCase.Int64Value, Value.KindOneofCase.None, Value.KindOneofCase.Int64Value],
            (await host.Datasets.ReadAsync(new ReadRecordsRequest { Name = after.Name })).Select(r => r.Values[1].KindCase));

        // One that was asked for and may be empty is a fact too; one that may not rejects the record.
        async Task<DatasetVersion> Asked(bool nullable, params (string, byte[])[] files)
        {
            var request = new CreateDatasetVersionRequest
            {
                Parent = $"{Project}/datasets/people", Schema = new Schema { Columns = { new Column { Name = "age", Type = ColumnType.Double, Nullable = nullable } } },
            };
            foreach (var (name, bytes) in files)
            {
                request.Uploads.Add(await host.Datasets.UploadAsync(name, bytes));
            }

            return await host.Datasets.EndAsync((await host.Datasets.CreateDatasetVersionAsync(request, cancellationToken: Cancel)).Name);
        }

        Assert.False((await Asked(true, whole)).Schema.Columns[1].Nullable);
        Assert.True((await Asked(true, whole, holes)).Schema.Columns[1].Nullable);
        var strict = await Asked(false, whole, holes);
        Assert.Equal((1L, false), (strict.RejectedCount, strict.Schema.Columns[1].Nullable));
    }

    [Theory, EachDatabase]
    public async Task A_table_is_committed_described_and_read_by_columns_filter_and_sample(DatabaseKind database)
    {
        await using var host = await IngestHost.StartAsync(database);
        await host.Datasets.CreateAsync("people");
        var version = await host.Datasets.CommitAsync("people", Files());
        Assert.Equal((JobState.Succeeded, DataFormat.Csv, 3L), (version.Status.State, version.Format, version.RejectedCount));
        Assert.Equal([("test", 10L), ("train", (long)Rows)], version.Splits.Select(s => (s.Name, s.RecordCount)));
        Assert.Equal((500L, 500L), (version.Splits[1].ClassHistogram["even"], version.Splits[1].ClassHistogram["odd"]));

        var statistics = await host.Datasets.GetDatasetVersionStatisticsAsync(new GetDatasetVersionStatisticsRequest { Name = version.Name }, cancellationToken: Cancel);
        Assert.Equal((1010L, 0.0, 999.0), (statistics.Columns[0].Count, statistics.Columns[0].Distribution.Minimum, statistics.Columns[0].Distribution.Maximum));

        // Columns in the order asked for, records by a condition.
        var some = await host.Datasets.ReadAsync(
            new ReadRecordsRequest { Name = version.Name, Split = "train", Columns = { "label", "id" }, Filter = "id >= 990 AND label = \"odd\"" });
        Assert.Equal([991, 993, 995, 997, 999], some.Select(r => r.Values[1].Int64Value));
        Assert.Equal([991, 993, 995, 997, 999], some.Select(r => r.Index));
        Assert.All(some, r => Assert.Equal("odd", r.Values[0].StringValue));
        Assert.Equal([995, 997], (await host.Datasets.ReadAsync(new ReadRecordsRequest
        {
            Name = version.Name, Split = "train", Filter = "label = \"odd\"", Offset = 994, Limit = 2,
        })).Select(r => r.Index));

        // A sample is a function of the seed; every split when none is named.
        var request = new ReadRecordsRequest { Name = version.Name, SampleFraction = 0.1, Seed = 7 };
        var sample = await host.Datasets.ReadAsync(request);
        Assert.InRange(sample.Count, 60, 145);
        Assert.Equal(sample, await host.Datasets.ReadAsync(request));
        request.Seed = 8;
        Assert.NotEqual(sample, await host.Datasets.ReadAsync(request));
        Assert.Equal(1010, (await host.Datasets.ReadAsync(new ReadRecordsRequest { Name = version.Name })).Count);

        foreach (var wrong in new[]
        {
            new ReadRecordsRequest { Filter = "size > 3" }, new ReadRecordsRequest { Columns = { "size" } }, new ReadRecordsRequest { SampleFraction = 1.5 },
            new ReadRecordsRequest { Offset = 3 },
        })
        {
            wrong.Name = version.Name;
            Assert.Equal(StatusCode.InvalidArgument, (await FailsAsync(() => host.Datasets.ReadAsync(wrong))).Code);
        }
    }

    [Fact]
    public async Task Partitions_read_one_by_one_are_the_version()
    {
        await using var host = await IngestHost.StartAsync();
        await host.Datasets.CreateAsync("people");
        var version = await host.Datasets.CommitAsync("people", Files());
        var partitions = await host.Datasets.ListRecordPartitionsAsync(new ListRecordPartitionsRequest { Parent = version.Name, TargetRecords = 150 }, cancellationToken: Cancel);
        Assert.Equal(8, partitions.Partitions.Count(p => p.Split == "train"));
        foreach (var split in version.Splits)
        {
            var parts = new List<V1.Record>();
            foreach (var partition in partitions.Partitions.Where(p => p.Split == split.Name))
            {
                parts.AddRange(await host.Datasets.ReadAsync(version.Name, split.Name, partition.Offset, partition.RecordCount));
            }

            Assert.Equal(await host.Datasets.ReadAsync(version.Name, split.Name), parts);
        }

        // Another file leaves the partitions of these where they were.
        var more = await host.Datasets.CommitAsync("people", [.. Files(), ("train-z.csv", "label,id\neven,2000\n"u8.ToArray())]);
        var after = await host.Datasets.ListRecordPartitionsAsync(new ListRecordPartitionsRequest { Parent = more.Name, TargetRecords = 150 }, cancellationToken: Cancel);
        Assert.Single(after.Partitions.Select(p => p.Digest).Except(partitions.Partitions.Select(p => p.Digest)));
    }

    [Theory, EachDatabase]
    public async Task Rejected_records_stay_to_be_looked_at(DatabaseKind database)
    {
        await using var host = await IngestHost.StartAsync(database);
        await host.Datasets.CreateAsync("people");
        var version = await host.Datasets.CommitAsync("people", Files());
        var request = new ListRejectedRecordsRequest { Parent = version.Name, PageSize = 2 };
        var first = await host.Datasets.ListRejectedRecordsAsync(request, cancellationToken: Cancel);
        request.PageToken = first.NextPageToken;
        var second = await host.Datasets.ListRejectedRecordsAsync(request, cancellationToken: Cancel);
        Assert.Equal("", second.NextPageToken);
        Assert.Equal(
            [("train-b.csv#3", "nonsense"), ("train-b.csv#5", "1,2,3"), ("train-b.csv#7", "")],
            [.. first.RejectedRecords.Select(r => (r.Source, r.Text)), .. second.RejectedRecords.Select(r => (r.Source, r.Text == "\u0002" ? "" : r.Text))]);
        request.PageToken = "Nw";
        Assert.Equal(StatusCode.InvalidArgument, (await FailsAsync(async () => await host.Datasets.ListRejectedRecordsAsync(request, cancellationToken: Cancel))).Code);

        // A version that failed keeps them too; deleting takes the blob away.
        await host.Datasets.CreateAsync("bad");
        var bad = await host.Datasets.CommitAsync("bad", [("t.csv", "a,b\n1\n2\n3,4\n"u8.ToArray())]);
        Assert.Equal((JobState.Failed, "TOO_MANY_REJECTED"), (bad.Status.State, bad.Status.Error.Reason));
        Assert.Equal(2, (await host.Datasets.ListRejectedRecordsAsync(new ListRejectedRecordsRequest { Parent = bad.Name }, cancellationToken: Cancel)).RejectedRecords.Count);
    }

    private static (string, byte[])[] Files() =>
    [
        ("test.csv", Encoding.UTF8.GetBytes("id,label\n" + string.Concat(Enumerable.Range(0, 10).Select(i => $"{i},even\n")))),
        ("train-a.csv", Table(0, 400)),
        // Bad rows in the middle: readers of what comes behind must not lose count.
        ("train-b.csv", Encoding.UTF8.GetBytes(
            "id,label\n400,even\nnonsense\n401,odd\n1,2,3\n402,even\n\u0002\n" + string.Concat(Enumerable.Range(403, 97).Select(Row)))),
        ("train-c.csv", Table(500, 500)),
    ];

    private static byte[] Table(int start, int count) => Encoding.UTF8.GetBytes("id,label\n" + string.Concat(Enumerable.Range(start, count).Select(Row)));

    private static string Row(int i) => $"{i},{(i % 2 == 0 ? "even" : "odd")}\n";
}
