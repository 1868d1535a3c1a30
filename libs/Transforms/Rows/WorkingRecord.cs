using System.Runtime.InteropServices;
using Mesh.Transforms.Images;
using Mesh.Transforms.Records;

namespace Mesh.Transforms.Rows;

/// <summary>A record on its way through the steps: a slot for each column at each point. Used again for the next record; one thread at a time.</summary>
internal sealed class WorkingRecord(SlotLayout layout)
{
    private readonly RecordValue[] slots = new RecordValue[layout.Count];
    private readonly byte[] scratch = new byte[layout.ScratchBytes];
    private RowBuffer row;

    /// <summary>What the record is called.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Which part of the data it is of.</summary>
    public int Part { get; set; }

    /// <summary>A value that is not a tensor; missing until it is set.</summary>
    public ref readonly RecordValue this[int slot] => ref slots[slot];

    /// <summary>A decoded image.</summary>
    public PixelBuffer Pixels(int slot) => slots[slot].Pixels;

    public void Set(int slot, RecordValue value) => slots[slot] = value;

    /// <summary>Hands the image over: the record disposes it. One that was there before, of the row before, is let go.</summary>
    public void Set(int slot, PixelBuffer image)
    {
        Release(slot);
        slots[slot] = RecordValue.OfPixels(image);
    }

    /// <summary>The elements of a tensor, for reading and for writing.</summary>
    public Span<byte> Tensor(int slot)
    {
        var (output, offset, length) = layout.Tensors[slot];
        return output >= 0 ? row[output] : scratch.AsSpan(offset, length);
    }

    /// <summary>The elements of a tensor of <typeparamref name="T"/>.</summary>
    public Span<T> Tensor<T>(int slot)
        where T : unmanaged =>
        MemoryMarshal.Cast<byte, T>(Tensor(slot));

    /// <summary>Begins with a record; its values are in the slots of the columns.</summary>
    public void Begin(in RawRecord record, ReadOnlySpan<SourceSlot> sources)
    {
        Name = record.Name;
        var values = record.Values.Span;
        foreach (var (place, slot, kind) in sources)
        {
            if (place < 0)
                continue;
            ref readonly var value = ref values[place];
            if (value.Kind != kind && !value.IsMissing)
                throw new ArgumentException($"Value {place} of record '{Name}' is {value.Kind.Word}; its schema says {kind.Word}.", nameof(record));
            slots[slot] = value;
        }
    }

    /// <summary>Says where the tensors of the result go.</summary>
    public void Begin(RowBuffer row) => this.row = row;

    /// <summary>An image that no later step reads.</summary>
    public void Release(int slot)
    {
        if (slots[slot].Kind == ColumnKind.Pixels)
            slots[slot].Pixels.Dispose();
        slots[slot] = default;
    }

    /// <summary>Lets everything go that the record had.</summary>
    public void Clear()
    {
        foreach (ref var value in slots.AsSpan())
        {
            if (value.Kind == ColumnKind.Pixels)
                value.Pixels.Dispose();
            value = default;
        }

        row = default;
    }
}
