using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Blobs.Remote;

/// <summary>How a large content is cut into parts: all of the same size, the last one shorter.</summary>
/// <param name="Size">Bytes of the content.</param>
/// <param name="PartBytes">Bytes of a part.</param>
internal readonly record struct PartPlan(long Size, int PartBytes)
{
    /// <summary>Parts on their way at once; each holds its bytes in memory.</summary>
    public const int ParallelParts = 3;

    /// <summary>S3's limit, which other stores copied; Azure takes more.</summary>
    private const int MostParts = 10_000;

    public int Count => (int)((Size + PartBytes - 1) / PartBytes);

    /// <summary>Parts of the wanted size, or of the smallest number of whole MiB with which the content fits into 10,000 of them.</summary>
    public static PartPlan For(long size, int wantedPartBytes)
    {
        var fewest = (size + MostParts - 1) / MostParts;
        var whole = (fewest + (1 << 20) - 1) >> 20 << 20;
        return new PartPlan(size, checked((int)Math.Max(wantedPartBytes, whole)));
    }

    /// <summary>Reads the parts, numbered from 0, and hands each to <paramref name="send"/>, a few at once. The first failure stops all.</summary>
    public Task SendAsync(SafeFileHandle content, Func<int, ReadOnlyMemory<byte>, CancellationToken, Task> send, CancellationToken cancellation)
    {
        var (size, partBytes) = this;
        return Parallel.ForEachAsync(
            Enumerable.Range(0, Count),
            new ParallelOptions { MaxDegreeOfParallelism = ParallelParts, CancellationToken = cancellation },
            async (number, stopped) =>
            {
                var offset = (long)number * partBytes;
                var buffer = ArrayPool<byte>.Shared.Rent(partBytes);
                try
                {
                    var part = buffer.AsMemory(0, (int)Math.Min(partBytes, size - offset));
                    await content.ReadAllAsync(offset, part, stopped);
                    await send(number, part, stopped);
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }
            });
    }
}
