using Google.Protobuf;
using Grpc.Core;
using Mesh.Blobs;
using Mesh.ServiceDefaults.Errors;
using Mesh.Tests.Shared;
using Mesh.Uploads.V1;
using Xunit;
using static Mesh.Uploads.Tests.UploadCalls;

namespace Mesh.Uploads.Tests;

public sealed class UploadStoreTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task An_upload_goes_on_where_it_broke_off_and_ends_as_a_blob(DatabaseKind database)
    {
        using var folder = new TemporaryFolder();
        await using var host = await UploadsHost.StartAsync(folder, await UploadsHost.ConnectionAsync(database));
        var bytes = Random(700_000);
        var upload = await host.Uploads.CreateAsync("photos/train.zip", bytes.Length);
        Assert.Equal((UploadState.Active, 0L, "photos/train.zip", "users/admin"), (upload.State, upload.CommittedBytes, upload.FileName, upload.Creator));

        var broken = new Requests([new WriteUploadRequest { Name = upload.Name, Data = ByteString.CopyFrom(bytes.AsSpan(0, 300_000)) }], new IOException("the connection broke"));
        await Assert.ThrowsAsync<IOException>(() => host.Uploads.WriteAsync(broken, Cancel));
        var kept = (await host.Uploads.GetAsync(upload.Name, Cancel)).CommittedBytes;
        Assert.Equal(300_000, kept);

        var error = await FailsAsync(StatusCode.FailedPrecondition, "OFFSET_MISMATCH", () => host.Uploads.WriteAsync(upload.Name, bytes[..1000]));
        Assert.Equal("300000", error.Metadata["committed_bytes"]);
        error = await FailsAsync(StatusCode.FailedPrecondition, "SIZE_MISMATCH", () => host.Uploads.FinishAsync(upload.Name, Sha256(bytes)));
        Assert.Equal("300000", error.Metadata["committed_bytes"]);

        Assert.Equal(bytes.Length, (await host.Uploads.WriteAsync(upload.Name, bytes[300_000..], kept)).CommittedBytes);
        var finished = await host.Uploads.FinishAsync(upload.Name, Sha256(bytes));
        Assert.Equal((UploadState.Finished, Sha256(bytes), (long)bytes.Length), (finished.State, finished.Sha256, finished.CommittedBytes));
        Assert.Equal(finished, await host.Uploads.FinishAsync(upload.Name, Sha256(bytes)));
        Assert.Equal(finished, await host.Uploads.GetAsync(upload.Name, Cancel));
        await FailsAsync(StatusCode.FailedPrecondition, "DIGEST_MISMATCH", () => host.Uploads.FinishAsync(upload.Name, Sha256([1])));
        await FailsAsync(StatusCode.FailedPrecondition, "UPLOAD_FINISHED", () => host.Uploads.WriteAsync(upload.Name, [1], bytes.Length));

        await using var stored = await host.Blobs.OpenReadAsync(UploadsHost.Scope, BlobDigest.Parse(finished.Sha256), cancellation: Cancel);
        var read = new byte[bytes.Length];
        await stored.ReadExactlyAsync(read, Cancel);
        Assert.Equal(bytes, read);
    }

    [Theory, EachDatabase]
    public async Task After_a_wrong_digest_the_client_sends_again(DatabaseKind database)
    {
        using var folder = new TemporaryFolder();
        await using var host = await UploadsHost.StartAsync(folder, await UploadsHost.ConnectionAsync(database));
        var bytes = Random(50_000);
        var upload = await host.Uploads.CreateAsync();
        await host.Uploads.WriteAsync(upload.Name, Random(50_000, seed: 2));
        var error = await FailsAsync(StatusCode.FailedPrecondition, "DIGEST_MISMATCH", () => host.Uploads.FinishAsync(upload.Name, Sha256(bytes)));
        Assert.Equal((Sha256(bytes), Sha256(Random(50_000, seed: 2)), "0"), (error.Metadata["expected"], error.Metadata["actual"], error.Metadata["committed_bytes"]));

        var again = await host.Uploads.GetAsync(upload.Name, Cancel);
        Assert.Equal((UploadState.Active, 0L), (again.State, again.CommittedBytes));
        await host.Uploads.WriteAsync(upload.Name, bytes);
        Assert.Equal(UploadState.Finished, (await host.Uploads.FinishAsync(upload.Name, Sha256(bytes))).State);
        Assert.Null(await host.Blobs.StatAsync(UploadsHost.Scope, BlobDigest.Parse(error.Metadata["actual"]), Cancel));
    }

    [Fact]
    public async Task A_second_writer_is_turned_away_and_harms_nothing()
    {
        using var folder = new TemporaryFolder();
        await using var host = await UploadsHost.StartAsync(folder);
        var upload = await host.Uploads.CreateAsync();
        var gate = new TaskCompletionSource();
        var first = new Requests(
            [new WriteUploadRequest { Name = upload.Name, Data = ByteString.CopyFrom(1, 2) }, new WriteUploadRequest { Data = ByteString.CopyFrom(3) }]) { Gate = gate.Task };
        var writing = host.Uploads.WriteAsync(first, Cancel);
        await first.Begun.Task;
        await FailsAsync(StatusCode.Aborted, "UPLOAD_BUSY", () => host.Uploads.WriteAsync(upload.Name, [9]));
        await FailsAsync(StatusCode.Aborted, "UPLOAD_BUSY", () => host.Uploads.DeleteAsync(upload.Name, Cancel));
        gate.SetResult();
        Assert.Equal(3, (await writing).CommittedBytes);
        Assert.Equal(UploadState.Finished, (await host.Uploads.FinishAsync(upload.Name, Sha256([1, 2, 3]))).State);
    }

    [Theory, EachDatabase]
    public async Task A_create_sent_again_returns_the_first_upload(DatabaseKind database)
    {
        using var folder = new TemporaryFolder();
        await using var host = await UploadsHost.StartAsync(folder, await UploadsHost.ConnectionAsync(database));
        var created = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.Uploads.CreateAsync(requestId: "r-1")));
        Assert.Single(created.Select(u => u.Name).Distinct());
        await FailsAsync(StatusCode.InvalidArgument, "INVALID_ARGUMENT", () => host.Uploads.CreateAsync("other.bin", requestId: "r-1"));
        Assert.NotEqual((await host.Uploads.CreateAsync()).Name, (await host.Uploads.CreateAsync()).Name);
    }

    [Fact]
    public async Task What_an_upload_may_be_is_bounded()
    {
        using var folder = new TemporaryFolder();
        await using var host = await UploadsHost.StartAsync(folder, "", ("Uploads:MaxBytes", "250000"));
        await FailsAsync(StatusCode.InvalidArgument, "INVALID_ARGUMENT", () => host.Uploads.CreateAsync(size: 250_001));
        await FailsAsync(StatusCode.InvalidArgument, "INVALID_ARGUMENT", () => host.Uploads.CreateAsync(size: -1));
        var open = await host.Uploads.CreateAsync();
        await FailsAsync(StatusCode.ResourceExhausted, "UPLOAD_TOO_LARGE", () => host.Uploads.WriteAsync(open.Name, Random(300_000)));
        var declared = await host.Uploads.CreateAsync(size: 10);
        await FailsAsync(StatusCode.FailedPrecondition, "SIZE_MISMATCH", () => host.Uploads.WriteAsync(declared.Name, Random(11)));
        var big = new WriteUploadRequest { Name = declared.Name, Data = ByteString.CopyFrom(new byte[(1024 * 1024) + 1]) };
        await FailsAsync(StatusCode.InvalidArgument, "INVALID_ARGUMENT", () => host.Uploads.WriteAsync(new Requests([big]), Cancel));
        await FailsAsync(StatusCode.InvalidArgument, "INVALID_ARGUMENT", () => host.Uploads.WriteAsync(new Requests([]), Cancel));
        await FailsAsync(StatusCode.InvalidArgument, "INVALID_ARGUMENT", () => host.Uploads.FinishAsync(open.Name, "ABC"));
        await FailsAsync(StatusCode.NotFound, "NOT_FOUND", () => host.Uploads.GetAsync("projects/default/uploads/upload-0", Cancel));
        await FailsAsync(StatusCode.InvalidArgument, "INVALID_ARGUMENT", () => host.Uploads.GetAsync("projects/default/uploads/../x", Cancel));
        var other = await host.Uploads.CreateAsync();
        WriteUploadRequest[] two = [new() { Name = other.Name, Data = ByteString.CopyFrom(1) }, new() { Name = open.Name, Offset = 1, Data = ByteString.CopyFrom(1) }];
        await FailsAsync(StatusCode.InvalidArgument, "INVALID_ARGUMENT", () => host.Uploads.WriteAsync(new Requests(two), Cancel));
    }

    [Fact]
    public async Task An_empty_file_is_a_file()
    {
        using var folder = new TemporaryFolder();
        await using var host = await UploadsHost.StartAsync(folder);
        var upload = await host.Uploads.CreateAsync();
        Assert.Equal(UploadState.Finished, (await host.Uploads.FinishAsync(upload.Name, Sha256([]))).State);
    }
}
