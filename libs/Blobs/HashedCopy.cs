using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Blobs;

internal static class HashedCopy
{
    /// <summary>Writes the rest of a stream into an empty file, hashing it on the way. Does not sync. 1 MiB of memory.</summary>
    public static async Task<HashedContent> WriteAsync(SafeFileHandle file, Stream content, CancellationToken cancellation)
    {
        using var hasher = new ContentHasher();
        var buffer = ArrayPool<byte>.Shared.Rent(HashedContent.ChunkSize);
        try
        {
            int read;
            while ((read = await content.ReadAsync(buffer, cancellation)) > 0)
            {
                await StoreFault.Guard(() => RandomAccess.WriteAsync(file, buffer.AsMemory(0, read), hasher.Size, cancellation));
                hasher.Append(buffer.AsSpan(0, read));
            }
            return hasher.Finish();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
