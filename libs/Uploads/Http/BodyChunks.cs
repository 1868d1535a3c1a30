using System.Buffers;
using System.Runtime.CompilerServices;

namespace Mesh.Uploads.Http;

/// <summary>The bytes of an HTTP body as they come, in pieces of what was there: one buffer, however large the body is.</summary>
internal static class BodyChunks
{
    /// <summary>Large enough that a write to the disk costs little, and small beside what a connection keeps in its windows.</summary>
    private const int Size = 256 * 1024;

    /// <summary>A piece is good until the next is asked for.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(Stream body, [EnumeratorCancellation] CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Size);
        try
        {
            int read;
            while ((read = await body.ReadAsync(buffer.AsMemory(0, Size), cancel)) > 0)
            {
                yield return buffer.AsMemory(0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
