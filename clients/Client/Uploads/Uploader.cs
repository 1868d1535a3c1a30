using Google.Protobuf;
using Grpc.Core;
using Mesh.Client.Errors;
using Mesh.Client.Retrying;
using Mesh.Uploads.V1;

namespace Mesh.Client.Uploads;

/// <summary>
/// Sends a stream as an upload: hashes while it sends, and after a break asks how much arrived and goes on from there.
/// </summary>
public sealed class Uploader(UploadTarget target, TimeSpan patience)
{
    private const int ChunkBytes = 512 * 1024;

    /// <summary>A write that moves nothing for this long is broken off and resumed.</summary>
    private static readonly TimeSpan StallLimit = TimeSpan.FromMinutes(1);

    /// <param name="parent">"projects/{project}"</param>
    /// <param name="fileName">Relative name with "/" between folders; becomes the file's path in a dataset version.</param>
    /// <param name="content">Seekable: a break makes it go back to what the server has.</param>
    /// <param name="requestId">The same id resumes the same upload, also from another process.</param>
    /// <param name="progress">Bytes that the server has taken or is being sent, from 0 to the length; goes back after a break.</param>
    /// <exception cref="MeshApiException">The mesh refused it, or stayed away for longer than the client's patience.</exception>
    public async Task<Upload> SendAsync(
        string parent, string fileName, Stream content, string requestId, IProgress<long>? progress = null, CancellationToken cancel = default)
    {
        var tries = new Patience(patience);
        var create = new CreateUploadRequest
        {
            Parent = parent,
            Upload = new Upload { FileName = fileName, SizeBytes = content.Length },
            RequestId = requestId,
        };
        var upload = await tries.CallAsync(() => target.Create(create, cancel), cancel).ConfigureAwait(false);
        using var hash = new StreamHash(content);
        while (upload.State == UploadState.Active && upload.CommittedBytes < content.Length)
        {
            var before = upload.CommittedBytes;
            try
            {
                upload = await WriteRestAsync(upload, content, hash, progress, cancel).ConfigureAwait(false);
            }
            catch (RpcException e) when (tries.Has(e, cancel))
            {
                await tries.WaitAsync(e, cancel).ConfigureAwait(false);
                // Patience of its own: an answer here does not mean that bytes moved.
                upload = await new Patience(patience).CallAsync(() => target.Get(new GetUploadRequest { Name = upload.Name }, cancel), cancel).ConfigureAwait(false);
            }

            if (upload.CommittedBytes > before)
            {
                tries.Worked();
            }
        }

        await hash.AdvanceToAsync(content.Length, cancel).ConfigureAwait(false);
        progress?.Report(content.Length);
        var finish = new FinishUploadRequest { Name = upload.Name, Sha256 = hash.Finish() };
        return await tries.CallAsync(() => target.Finish(finish, cancel), cancel).ConfigureAwait(false);
    }

    private async Task<Upload> WriteRestAsync(Upload upload, Stream content, StreamHash hash, IProgress<long>? progress, CancellationToken cancel)
    {
        var offset = upload.CommittedBytes;
        await hash.AdvanceToAsync(offset, cancel).ConfigureAwait(false);
        content.Position = offset;
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var call = target.Write(stall.Token);
        var buffer = new byte[ChunkBytes];
        var first = true;
        while (true)
        {
            var read = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            hash.Append(offset, buffer.AsSpan(0, read));
            // Copies: the message may still be on its way when the buffer is filled again.
            var message = new WriteUploadRequest { Data = ByteString.CopyFrom(buffer, 0, read) };
            if (first)
            {
                (message.Name, message.Offset, first) = (upload.Name, offset, false);
            }

            stall.CancelAfter(StallLimit);
            if (!await SentAsync(call.RequestStream.WriteAsync(message)).ConfigureAwait(false))
            {
                break;
            }

            offset += read;
            progress?.Report(offset);
        }

        stall.CancelAfter(StallLimit);
        await SentAsync(call.RequestStream.CompleteAsync()).ConfigureAwait(false);
        return await call.ResponseAsync.ConfigureAwait(false);
    }

    /// <returns>False when the call has ended already; the reason is in its answer.</returns>
    private static async Task<bool> SentAsync(Task sending)
    {
        try
        {
            await sending.ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is RpcException or IOException or HttpRequestException or InvalidOperationException or OperationCanceledException)
        {
            return false;
        }
    }
}
