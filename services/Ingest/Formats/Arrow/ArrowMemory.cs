using System.Buffers;
using Apache.Arrow.Memory;
using Mesh.Ingest.Formats.Archives;

namespace Mesh.Ingest.Formats.Arrow;

/// <summary>
/// Where the Arrow reader puts what it reads. A batch is not disposed, because that would take its dictionaries with it, which
/// the reader gives to the next batch again. Its memory is given back here instead, and that of dictionaries stays as long as
/// anyone refers to it.
/// </summary>
internal sealed class ArrowMemory(ArrowMessages messages, ExpansionBudget budget, string source) : MemoryAllocator, IDisposable
{
    private readonly List<IMemoryOwner<byte>> _batch = [];
    private long _message;
    private long _taken;

    /// <summary>Gives the batch's memory back; nobody may look at the batch any more.</summary>
    public void Dispose()
    {
        foreach (var memory in _batch)
        {
            memory.Dispose();
        }

        _batch.Clear();
    }

    protected override IMemoryOwner<byte> AllocateInternal(int length, out int bytesAllocated)
    {
        if (_message != messages.Number)
        {
            (_message, _taken) = (messages.Number, 0);
        }

        // The message was checked, but the reader may look for buffers behind the last.
        bytesAllocated = (_taken += length) <= messages.Memory ? length : throw new InvalidDataException("The message takes more memory than it says.");
        if (messages.Kind == ArrowMessageKind.Dictionary)
        {
            // Small ones may let a large one grow over and over.
            budget.Expand(length, source);
            return new Kept(length);
        }

        _batch.Add(Default.Value.Allocate(length));
        return _batch[^1];
    }

    private sealed class Kept(int length) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory { get; } = new byte[length];

        public void Dispose()
        {
        }
    }
}
