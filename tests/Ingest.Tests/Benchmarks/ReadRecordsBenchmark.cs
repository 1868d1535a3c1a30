using Grpc.Core;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Ingest.V1;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Ingest.Tests.Benchmarks;

/// <summary>
/// What a record costs that leaves the real process over gRPC, on Fashion-MNIST-sized images: in processor time, because
/// the clock belongs to whoever else uses the machine. About 10 µs on a processor of 2020. Run it by name:
/// -explicit only -class "*ReadRecordsBenchmark".
/// </summary>
public sealed class ReadRecordsBenchmark
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Small_images_cost_little()
    {
        const int Count = 30_000;
        using var folder = new TemporaryFolder();
        await using var projects = await ProjectSeam.StartAsync();
        await using var ingest = await IngestProcess.StartAsync(folder.Path, projects.Address, "", Cancel);
        await ingest.Datasets.CreateAsync("images");
        var sample = FashionMnist.Train();
        var pixels = new byte[Count * 784];
        for (var i = 0; i < Count; i++)
        {
            sample.Image(i % sample.Count).CopyTo(pixels.AsSpan(i * 784));
        }

        var version = await ingest.Datasets.CommitAsync(
            "images",
            [
                ("train-images-idx3-ubyte.gz", Data.Idx.Gzip(Data.Idx.Images(Count, 28, 28, pixels))),
                ("train-labels-idx1-ubyte.gz", Data.Idx.Gzip(Data.Idx.Labels(Count, new byte[Count]))),
            ]);
        var least = double.PositiveInfinity;
        for (var round = 0; round < 10; round++)
        {
            var before = ingest.ProcessorTime();
            using var call = ingest.Datasets.ReadRecords(new ReadRecordsRequest { Name = version.Name, Split = "train" }, cancellationToken: Cancel);
            var read = 0;
            await foreach (var batch in call.ResponseStream.ReadAllAsync(Cancel))
            {
                read += batch.Records.Count;
            }

            Assert.Equal(Count, read);
            least = Math.Min(least, (ingest.ProcessorTime() - before).TotalMicroseconds / Count);
        }

        TestContext.Current.SendDiagnosticMessage("{0:0.0} us of processor time a record", least);
    }
}
