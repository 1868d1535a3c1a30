using Google.Protobuf;
using Grpc.Core;
using Mesh.Uploads.V1;

namespace Mesh.Client.Uploads;

/// <summary>Writes an upload as a stream of messages.</summary>
internal static class MessageWriting
{
    private const int ChunkBytes = 512 * 1024;

    public static async Task<Upload> RunAsync(
        Func<CancellationToken, AsyncClientStreamingCall<WriteUploadRequest, Upload>> open, UploadRest rest, CancellationToken cancel)
    {
        var offset = await rest.SeekAsync(cancel).ConfigureAwait(false);
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var call = open(stall.Token);
        var buffer = new byte[ChunkBytes];
        var first = true;
        while (true)
        {
            var read = await rest.Content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            rest.Hash.Append(offset, buffer.AsSpan(0, read));
            // Copies: the message may still be on its way when the buffer is filled again.
            var message = new WriteUploadRequest { Data = ByteString.CopyFrom(buffer, 0, read) };
            if (first)
            {
                (message.Name, message.Offset, first) = (rest.Upload.Name, offset, false);
            }

            stall.CancelAfter(UploadRest.StallLimit);
            if (!await SentAsync(call.RequestStream.WriteAsync(message)).ConfigureAwait(false))
            {
                break;
            }

            offset += read;
            rest.Progress?.Report(offset);
        }

        stall.CancelAfter(UploadRest.StallLimit);
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
