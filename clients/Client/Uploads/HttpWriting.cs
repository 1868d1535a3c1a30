using System.Net;
using System.Net.Http.Headers;
using Mesh.Client.Errors;
using Mesh.Uploads.V1;

namespace Mesh.Client.Uploads;

/// <summary>Writes an upload as the body of one request; see uploads.proto.</summary>
internal static class HttpWriting
{
    public static async Task<Upload> RunAsync(HttpClient http, UploadRest rest, CancellationToken cancel)
    {
        var offset = await rest.SeekAsync(cancel).ConfigureAwait(false);
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var body = new RestContent(rest, offset, stall);
        // Without the size of the whole, so that the service leaves the finish, with the digest, to the client.
        body.Headers.ContentRange = new ContentRangeHeaderValue(offset, rest.Content.Length - 1) { Unit = "bytes" };
        using var request = new HttpRequestMessage(HttpMethod.Put, $"v1/{rest.Upload.Name}/content")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = body,
        };
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stall.Token).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.PermanentRedirect)
            {
                await HttpFailure.ThrowAsync(response, stall.Token).ConfigureAwait(false);
            }

            var upload = rest.Upload.Clone();
            upload.CommittedBytes = CommittedOf(response);
            return upload;
        }
        catch (Exception) when (body.ReadFailure is { } failure)
        {
            // The file's, not the connection's.
            throw new IOException(failure.Message, failure);
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException || e is OperationCanceledException && !cancel.IsCancellationRequested)
        {
            throw HttpFailure.Broken(e);
        }
        finally
        {
            // A request can end before its body does: nobody else may read or hash until this one is out of the way.
            await stall.CancelAsync().ConfigureAwait(false);
            await body.Sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>"bytes=0-99" → 100; nothing → 0.</summary>
    private static long CommittedOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Range", out var values) && RangeHeaderValue.TryParse(values.First(), out var range) ? range.Ranges.First().To + 1 ?? 0 : 0;

    /// <summary>Reads ahead and hashes while the network takes what was read.</summary>
    private sealed class RestContent(UploadRest rest, long offset, CancellationTokenSource stall) : HttpContent
    {
        private const int ChunkBytes = 256 * 1024;

        private readonly long _end = rest.Content.Length;

        public Exception? ReadFailure { get; private set; }

        /// <summary>Completes when the body is done, one way or the other.</summary>
        public Task Sending { get; private set; } = Task.CompletedTask;

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
            Sending = SendAsync(stream, cancellationToken);

        private async Task SendAsync(Stream stream, CancellationToken cancellationToken)
        {
            // An answer may end the request and leave its body waiting for a server that takes no more: the stall ends it too.
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stall.Token);
            var (now, next) = (new byte[ChunkBytes], new byte[ChunkBytes]);
            var position = offset;
            var read = await ReadAsync(now, position, over.Token).ConfigureAwait(false);
            while (read > 0)
            {
                stall.CancelAfter(UploadRest.StallLimit);
                var (chunk, at) = (now.AsMemory(0, read), position);
                var hashing = Task.Run(() => rest.Hash.Append(at, chunk.Span), CancellationToken.None);
                var reading = ReadAsync(next, at + read, over.Token);
                try
                {
                    await stream.WriteAsync(chunk, over.Token).ConfigureAwait(false);
                }
                finally
                {
                    // Before anyone else reads or hashes.
                    await hashing.ConfigureAwait(false);
                    read = await reading.ConfigureAwait(false);
                }

                position += chunk.Length;
                rest.Progress?.Report(position);
                (now, next) = (next, now);
            }

            stall.CancelAfter(UploadRest.StallLimit);
            if (position != _end)
            {
                throw ReadFailure = new EndOfStreamException("The content became shorter while it was sent.");
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _end - offset;
            return true;
        }

        /// <summary>Content that grows is sent as far as it was announced.</summary>
        private async Task<int> ReadAsync(byte[] buffer, long at, CancellationToken cancel)
        {
            try
            {
                var part = buffer.AsMemory(0, (int)Math.Min(buffer.Length, _end - at));
                return await rest.Content.ReadAtLeastAsync(part, part.Length, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                ReadFailure = e;
                throw;
            }
        }
    }
}
