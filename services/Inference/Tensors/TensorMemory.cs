using System.Runtime.InteropServices;

namespace Mesh.Inference.Tensors;

/// <summary>
/// The bytes of a tensor in pinned, pooled memory, so that the runtime reads and writes them in place. Counted: whoever
/// keeps it calls <see cref="Retain"/>, and the last <see cref="Release"/> gives the memory back to the pool.
/// Not zeroed when rented.
/// </summary>
internal sealed class TensorMemory
{
    private readonly byte[] buffer;
    private int references = 1;

    private TensorMemory(byte[] buffer, int length)
    {
        this.buffer = buffer;
        Length = length;
    }

    /// <summary>Bytes.</summary>
    public int Length { get; }

    public Span<byte> Span => buffer.AsSpan(0, Length);

    public Memory<byte> Writable => buffer.AsMemory(0, Length);

    /// <summary>Where the bytes are; valid until the last release.</summary>
    public nint Address => Marshal.UnsafeAddrOfPinnedArrayElement(buffer, 0);

    /// <param name="length">Bytes; 0 is allowed.</param>
    public static TensorMemory Rent(int length) => new(TensorPool.Rent(length), length);

    /// <summary>A copy of these bytes.</summary>
    public static TensorMemory Of(ReadOnlySpan<byte> bytes)
    {
        var memory = Rent(bytes.Length);
        bytes.CopyTo(memory.Span);
        return memory;
    }

    public TensorMemory Retain()
    {
        Interlocked.Increment(ref references);
        return this;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref references) == 0)
        {
            TensorPool.Return(buffer);
        }
    }
}
