using Google.Protobuf;
using Grpc.Core;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Tests.Shared;
using Mesh.Uploads.V1;
using Xunit;
using static Mesh.Ingest.Tests.Hosting.IngestCalls;

namespace Mesh.Ingest.Tests.Uploads;

/// <summary>Uploads over the wire; their store has its own tests.</summary>
public sealed class UploadApiTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task A_client_resumes_finishes_and_deletes(DatabaseKind database)
    {
        await using var host = await IngestHost.StartAsync(database);
        var datasets = host.Datasets;
        var bytes = Idx.Random(3_000_000, 1);
        var upload = await datasets.StartUploadAsync("a/b.bin", bytes.Length, "r-1");
        Assert.Equal(upload, await datasets.StartUploadAsync("a/b.bin", bytes.Length, "r-1"));
        Assert.Equal(1_000_000, (await datasets.WriteAsync(upload.Name, bytes.AsMemory(0, 1_000_000))).CommittedBytes);
        var (code, reason, error) = await FailsAsync(() => datasets.WriteAsync(upload.Name, bytes.AsMemory(0, 10)));
        Assert.Equal((StatusCode.FailedPrecondition, "OFFSET_MISMATCH", "1000000"), (code, reason, error.Fact("committed_bytes")));
        await datasets.WriteAsync(upload.Name, bytes.AsMemory(1_000_000), 1_000_000);
        Assert.Equal(UploadState.Finished, (await datasets.FinishAsync(upload.Name, Sha256(bytes))).State);
        await datasets.DeleteUploadAsync(new DeleteUploadRequest { Name = upload.Name }, cancellationToken: Cancel);
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => datasets.GetUploadAsync(upload.Name))).Code);
        await Eventually.BecomesTrueAsync(
            () => !Directory.EnumerateFiles(Path.Combine(host.BlobFolder, "ingest"), "*", SearchOption.AllDirectories).Any(), TimeSpan.FromSeconds(20), "the blob is collected");
        Assert.NotEqual(upload.Name, (await datasets.StartUploadAsync("a/b.bin", bytes.Length, "r-1")).Name);
    }

    [Fact]
    public async Task What_is_wrong_has_a_code_and_names_its_field()
    {
        await using var host = await IngestHost.StartAsync();
        var datasets = host.Datasets;
        foreach (var name in new[] { "../x", "/x", "a\u0007b", "", "x/../y", "C:\\x", new string('x', 256) })
        {
            var (code, _, error) = await FailsAsync(() => datasets.StartUploadAsync(name));
            Assert.Equal(StatusCode.InvalidArgument, code);
            Assert.Equal("upload.file_name", error.GetRpcStatus()!.GetDetail<Google.Rpc.BadRequest>()!.FieldViolations.Single().Field);
        }

        var upload = await datasets.StartUploadAsync("x");
        var (chunk, _, _) = await FailsAsync(async () =>
        {
            using var call = datasets.WriteUpload(cancellationToken: Cancel);
            await call.RequestStream.WriteAsync(new WriteUploadRequest { Name = upload.Name, Data = ByteString.CopyFrom(new byte[1024 * 1024 + 1]) }, Cancel);
            await call.RequestStream.CompleteAsync();
            await call;
        });
        Assert.Equal(StatusCode.InvalidArgument, chunk);
        await datasets.WriteAsync(upload.Name, new byte[] { 1, 2, 3 });
        Assert.Equal((StatusCode.FailedPrecondition, "DIGEST_MISMATCH"), await Of(() => datasets.FinishAsync(upload.Name, Sha256([1, 2]))));
        Assert.Equal(0, (await datasets.GetUploadAsync(upload.Name)).CommittedBytes);
    }

    private static async Task<(StatusCode, string)> Of(Func<Task> call)
    {
        var (code, reason, _) = await FailsAsync(call);
        return (code, reason);
    }
}
