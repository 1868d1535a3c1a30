using Grpc.Core;
using Mesh.Tests.Shared;
using Mesh.Uploads.V1;
using Xunit;
using static Mesh.Uploads.Tests.UploadCalls;

namespace Mesh.Uploads.Tests;

/// <summary>Two replicas on one database; a call may reach either.</summary>
public sealed class ReplicaTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_one_replica_acknowledged_is_there_for_the_other()
    {
        using var folder = new TemporaryFolder();
        var connection = await UploadsHost.ConnectionAsync(DatabaseKind.Postgres);
        await using var a = await UploadsHost.StartAsync(folder, connection);
        await using var b = await UploadsHost.StartAsync(folder, connection);
        var bytes = Random(500_000);
        var name = (await a.Uploads.CreateAsync(size: bytes.Length)).Name;
        Assert.Equal(200_000, (await b.Uploads.WriteAsync(name, bytes[..200_000])).CommittedBytes);
        Assert.Equal(200_000, (await a.Uploads.GetAsync(name, Cancel)).CommittedBytes);
        await FailsAsync(StatusCode.FailedPrecondition, "OFFSET_MISMATCH", () => a.Uploads.WriteAsync(name, bytes));
        await a.Uploads.WriteAsync(name, bytes[200_000..300_000], 200_000);
        await b.Uploads.WriteAsync(name, bytes[300_000..], 300_000);
        var finished = await a.Uploads.FinishAsync(name, Sha256(bytes));
        Assert.Equal((UploadState.Finished, Sha256(bytes)), (finished.State, finished.Sha256));
        Assert.Equal(finished, await b.Uploads.GetAsync(name, Cancel));
        Assert.Equal(finished, await b.Uploads.FinishAsync(name, Sha256(bytes)));
    }

    [Fact]
    public async Task Replicas_without_a_common_folder_say_so_and_lose_nothing()
    {
        using var folder = new TemporaryFolder();
        using var other = new TemporaryFolder();
        var connection = await UploadsHost.ConnectionAsync(DatabaseKind.Postgres);
        await using var a = await UploadsHost.StartAsync(folder, connection);
        await using var b = await UploadsHost.StartAsync(other, connection);
        var name = (await a.Uploads.CreateAsync(requestId: "r")).Name;
        await a.Uploads.WriteAsync(name, [1, 2, 3]);
        await ElsewhereAsync(() => b.Uploads.GetAsync(name, Cancel));
        await ElsewhereAsync(() => b.Uploads.CreateAsync(requestId: "r"));
        await ElsewhereAsync(() => b.Uploads.WriteAsync(name, [4], 3));
        await ElsewhereAsync(() => b.Uploads.PutAsync(name, ContentPart.Whole(null), new MemoryStream([4]), null, Cancel));
        await ElsewhereAsync(() => b.Uploads.FinishAsync(name, Sha256([1, 2, 3])));
        Assert.Empty(b.Staging.List());
        Assert.Equal(3, (await a.Uploads.GetAsync(name, Cancel)).CommittedBytes);
        await b.Uploads.DeleteAsync(name, Cancel);
        await FailsAsync(StatusCode.NotFound, "NOT_FOUND", () => a.Uploads.GetAsync(name, Cancel));

        // Given one folder, they have no such trouble.
        await using var c = await UploadsHost.StartAsync(other, connection, ("Uploads:Folder", folder.File("uploads")));
        var shared = (await a.Uploads.CreateAsync()).Name;
        await c.Uploads.WriteAsync(shared, [1]);
        Assert.Equal(UploadState.Finished, (await a.Uploads.FinishAsync(shared, Sha256([1]))).State);

        static Task ElsewhereAsync(Func<Task> call) => FailsAsync(StatusCode.FailedPrecondition, "STAGED_ELSEWHERE", call);
    }
}
