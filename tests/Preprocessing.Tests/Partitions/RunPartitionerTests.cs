using Grpc.Net.Client;
using Mesh.Ingest.V1;
using Mesh.Preprocessing.Partitions;
using Mesh.Preprocessing.Tests.Hosting;
using Xunit;

namespace Mesh.Preprocessing.Tests.Partitions;

public class RunPartitionerTests
{
    private const long Gibibyte = 1 << 30;

    /// <summary>By hand: the next power of two of records × GiB / bytes, from 1,024 to 1,048,576.</summary>
    [Theory]
    [InlineData(100_004, 2_500_000, 1_048_576)]
    [InlineData(12_000, 600_000_000, 32_768)]
    [InlineData(1_000_000, 100 * Gibibyte, 16_384)]
    [InlineData(1_010_000, 101 * Gibibyte, 16_384)]
    [InlineData(20_000, 300 * Gibibyte, 1_024)]
    [InlineData(0, 0, 1_024)]
    public void By_default_a_partition_has_about_a_gibibyte(long records, long bytes, long expected) =>
        Assert.Equal(expected, RunPartitioner.TargetOf(new V1.Pipeline(), Version(records, bytes)));

    [Fact]
    public void A_pipeline_may_say_it() =>
        Assert.Equal(700, RunPartitioner.TargetOf(new V1.Pipeline { PartitionRecords = 700 }, Version(1_000_000, Gibibyte)));

    [Fact]
    public async Task Files_that_are_read_from_their_start_may_leave_the_run_to_one_process()
    {
        await using var mesh = await MeshSeam.StartAsync();
        using var channel = GrpcChannel.ForAddress(mesh.Address);
        var partitioner = new RunPartitioner(new DatasetService.DatasetServiceClient(channel));
        var version = mesh.Ingest.Add(TestData.Fashion("fashion", train: 1_000, test: 200)).Version;
        var pipeline = PipelineCalls.Labelled();
        pipeline.PartitionRecords = 100;
        Assert.Equal(12, (await partitioner.CutAsync(pipeline, version, TestContext.Current.CancellationToken)).Count);
        mesh.Ingest.Uncut = true;
        Assert.Empty(await partitioner.CutAsync(pipeline, version, TestContext.Current.CancellationToken));
    }

    private static DatasetVersion Version(long records, long bytes) => new()
    {
        Splits = { new Split { Name = "train", RecordCount = records - (records / 4) }, new Split { Name = "test", RecordCount = records / 4 } },
        Files = { new DatasetFile { SizeBytes = bytes / 2 }, new DatasetFile { SizeBytes = bytes - (bytes / 2) } },
    };
}
