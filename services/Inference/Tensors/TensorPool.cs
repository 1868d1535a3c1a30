using System.Collections.Concurrent;
using System.Numerics;

namespace Mesh.Inference.Tensors;

/// <summary>
/// Pinned arrays by powers of two, shared by all models. What is returned beyond <see cref="MostRetained"/> is left to the
/// garbage collector, so a burst of large requests does not keep its memory.
/// </summary>
internal static class TensorPool
{
    /// <summary>Bytes kept for reuse.</summary>
    public const long MostRetained = 256L << 20;

    private const int SmallestLog = 8;

    private static readonly ConcurrentQueue<byte[]>[] Free = [.. Enumerable.Range(0, 31 - SmallestLog).Select(_ => new ConcurrentQueue<byte[]>())];

    private static long retained;

    /// <summary>At least <paramref name="length"/> bytes with whatever was in them before.</summary>
    public static byte[] Rent(int length)
    {
        var index = Index(length);
        if (index >= Free.Length)
        {
            return GC.AllocateUninitializedArray<byte>(length, pinned: true);
        }

        if (Free[index].TryDequeue(out var buffer))
        {
            Interlocked.Add(ref retained, -buffer.Length);
            return buffer;
        }

        return GC.AllocateUninitializedArray<byte>(1 << (index + SmallestLog), pinned: true);
    }

    public static void Return(byte[] buffer)
    {
        var index = Index(buffer.Length);
        if (index >= Free.Length)
        {
            return;
        }

        if (Interlocked.Add(ref retained, buffer.Length) > MostRetained)
        {
            Interlocked.Add(ref retained, -buffer.Length);
            return;
        }

        Free[index].Enqueue(buffer);
    }

    private static int Index(int length) => length <= 1 << SmallestLog ? 0 : BitOperations.Log2((uint)length - 1) + 1 - SmallestLog;
}
