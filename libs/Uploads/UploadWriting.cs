using Mesh.Blobs.Staging;

namespace Mesh.Uploads;

/// <summary>One call that writes: appends chunks and syncs now and then. What arrived before it broke off is kept.</summary>
/// <param name="limit">Bytes that the upload may have when the call ends; 0 for no other limit than that of the options.</param>
internal sealed class UploadWriting(BlobStaging staging, string name, string id, long limit, UploadOptions options)
{
    /// <summary>Writes and hashes one chunk while the next one comes, and syncs beside both.</summary>
    /// <param name="chunks">Each stays as it is until the next but one is asked for.</param>
    /// <returns>Bytes on disk.</returns>
    public async Task<long> RunAsync(long offset, IAsyncEnumerable<ReadOnlyMemory<byte>> chunks, CancellationToken cancel)
    {
        await using var writer = await OpenAsync(offset, cancel);
        var position = offset;
        var writing = Task.CompletedTask;
        try
        {
            await foreach (var chunk in chunks)
            {
                position += chunk.Length;
                Check(position);
                await writing;
                writing = Task.Run(() => WriteAsync(writer, chunk), CancellationToken.None);
            }
        }
        finally
        {
            // Whoever sent it may have gone: it arrived, and is written.
            await writing;
        }

        return await writer.CommitAsync(CancellationToken.None);
    }

    private async Task WriteAsync(StagingWriter writer, ReadOnlyMemory<byte> chunk)
    {
        await writer.WriteAsync(chunk, CancellationToken.None);
        if (writer.Position - writer.CommittedBytes >= options.BytesPerSync)
        {
            await writer.BeginCommitAsync();
        }
    }

    private async Task<StagingWriter> OpenAsync(long offset, CancellationToken cancel)
    {
        try
        {
            return await staging.OpenAppendAsync(id, offset, cancel);
        }
        catch (StagingOffsetException e)
        {
            throw UploadErrors.OffsetMismatch(name, offset, e.CommittedBytes);
        }
    }

    private void Check(long end)
    {
        if (limit > 0 && end > limit)
        {
            throw UploadErrors.SizeMismatch(name, limit, end);
        }

        if (end > options.MaxBytes)
        {
            throw UploadErrors.TooLarge(name, options.MaxBytes);
        }
    }
}
