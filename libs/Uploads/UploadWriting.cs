using Grpc.Core;
using Mesh.Blobs;
using Mesh.Blobs.Staging;
using Mesh.ServiceDefaults.Errors;
using Mesh.Uploads.V1;

namespace Mesh.Uploads;

/// <summary>One Write call: checks each chunk, appends it, syncs now and then. Holds one chunk in memory.</summary>
internal sealed class UploadWriting(BlobStaging staging, string name, UploadRow row, UploadOptions options)
{
    private const int MaxChunkBytes = 1024 * 1024;

    /// <param name="requests">Stands at its first message.</param>
    /// <returns>Bytes on disk.</returns>
    public async Task<long> RunAsync(IAsyncStreamReader<WriteUploadRequest> requests, CancellationToken cancel)
    {
        var position = requests.Current.Offset;
        await using var writer = await OpenAsync(position, cancel);
        var first = true;
        do
        {
            var chunk = requests.Current;
            Check(chunk, position, first);
            first = false;
            await writer.WriteAsync(chunk.Data.Memory, cancel);
            position += chunk.Data.Length;
            if (position - writer.CommittedBytes >= options.BytesPerSync)
            {
                await writer.CommitAsync(cancel);
            }
        }
        while (await requests.MoveNext(cancel));

        return await writer.CommitAsync(cancel);
    }

    private async Task<StagingWriter> OpenAsync(long offset, CancellationToken cancel)
    {
        try
        {
            return await staging.OpenAppendAsync(row.UploadId, offset, cancel);
        }
        catch (StagingOffsetException e)
        {
            throw UploadErrors.OffsetMismatch(name, offset, e.CommittedBytes);
        }
    }

    private void Check(WriteUploadRequest chunk, long position, bool first)
    {
        var violations = new Violations();
        violations.Require(chunk.Data.Length <= MaxChunkBytes, "data", $"a chunk has at most {MaxChunkBytes} bytes.");
        violations.Require(first || chunk.Name.Length == 0 || chunk.Name == name, "name", "one stream writes one upload.");
        violations.Require(first || chunk.Offset == 0 || chunk.Offset == position, "offset", $"the stream is at byte {position}.");
        violations.ThrowIfAny();
        var end = position + chunk.Data.Length;
        if (row.DeclaredBytes > 0 && end > row.DeclaredBytes)
        {
            throw UploadErrors.SizeMismatch(name, row.DeclaredBytes, end);
        }

        if (end > options.MaxBytes)
        {
            throw UploadErrors.TooLarge(name, options.MaxBytes);
        }
    }
}
