using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Mesh.ServiceDefaults.Errors;
using Mesh.Uploads.V1;
using Xunit;

namespace Mesh.Uploads.Tests;

internal static class UploadCalls
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static byte[] Random(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static Task<Upload> CreateAsync(this UploadStore<UploadsDb> uploads, string fileName = "a.bin", long size = 0, string requestId = "") => uploads.CreateAsync(
        new CreateUploadRequest { Parent = "projects/default", Upload = new Upload { FileName = fileName, SizeBytes = size }, RequestId = requestId }, "users/admin", Cancel);

    public static Task<Upload> WriteAsync(this UploadStore<UploadsDb> uploads, string name, byte[] bytes, long offset = 0) => uploads.WriteAsync(
        new Requests(bytes.Chunk(100_000).Select((part, i) => new WriteUploadRequest { Name = name, Offset = offset + (i * 100_000), Data = ByteString.CopyFrom(part) })), Cancel);

    public static Task<Upload> FinishAsync(this UploadStore<UploadsDb> uploads, string name, string sha256) =>
        uploads.FinishAsync(new FinishUploadRequest { Name = name, Sha256 = sha256 }, Cancel);

    public static async Task<Upload> UploadAsync(this UploadStore<UploadsDb> uploads, byte[] bytes)
    {
        var upload = await uploads.CreateAsync();
        await uploads.WriteAsync(upload.Name, bytes);
        return await uploads.FinishAsync(upload.Name, Sha256(bytes));
    }

    public static async Task<MeshException> FailsAsync(StatusCode code, string reason, Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<MeshException>(call);
        Assert.Equal((code, reason), (error.Code, error.Reason));
        return error;
    }
}

/// <summary>The messages of one stream; fails after them when told to.</summary>
internal sealed class Requests(IEnumerable<WriteUploadRequest> messages, Exception? end = null) : IAsyncStreamReader<WriteUploadRequest>
{
    private readonly IEnumerator<WriteUploadRequest> _messages = messages.GetEnumerator();

    /// <summary>Completes when the first message was taken.</summary>
    public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Holds back what follows the first message until it completes.</summary>
    public Task Gate { get; init; } = Task.CompletedTask;

    public WriteUploadRequest Current => _messages.Current;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (Begun.Task.IsCompleted)
        {
            await Gate;
        }

        var more = _messages.MoveNext();
        Begun.TrySetResult();
        return more || end is null ? more : throw end;
    }
}
