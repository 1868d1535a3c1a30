using System.Buffers;

namespace Mesh.Inference.Tests.Wire;

/// <summary>A payload in pieces, as a transport may hand it over.</summary>
internal sealed class Segments : ReadOnlySequenceSegment<byte>
{
    public static ReadOnlySequence<byte> Cut(byte[] bytes, int size)
    {
        var first = new Segments { Memory = bytes.AsMemory(0, Math.Min(size, bytes.Length)) };
        var last = first;
        for (var at = size; at < bytes.Length; at += size)
        {
            var next = new Segments { Memory = bytes.AsMemory(at, Math.Min(size, bytes.Length - at)), RunningIndex = at };
            last.Next = next;
            last = next;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }
}
