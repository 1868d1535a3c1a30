using System.Buffers.Binary;
using System.Text;

namespace Mesh.Shards.Arrow;

/// <summary>Serialises a <see cref="FlatNode"/> tree front to back: parents first, so that every reference points forward as the format demands.</summary>
internal sealed class FlatWriter
{
    private const int ReferenceSize = 4;

    private byte[] buffer = new byte[1024];
    private int length;

    /// <summary>The buffer of a root table, padded with zeros to a multiple of 8.</summary>
    public static byte[] Write(FlatNode.Table root)
    {
        var writer = new FlatWriter();
        var reference = writer.Reserve(ReferenceSize);
        writer.WriteNode(root, reference);
        writer.Align(8);
        return writer.buffer[..writer.length];
    }

    private void WriteNode(FlatNode node, int reference)
    {
        switch (node)
        {
            case FlatNode.Table table:
                WriteTable(table, reference);
                break;
            case FlatNode.Tables tables:
                WriteTables(tables, reference);
                break;
            case FlatNode.Structs structs:
                WriteStructs(structs, reference);
                break;
            case FlatNode.Text text:
                WriteText(text.Value, reference);
                break;
            default:
                throw new InvalidOperationException($"{node} is not written by reference.");
        }
    }

    private void WriteTable(FlatNode.Table table, int reference)
    {
        // The vtable (sizes, then each slot's offset in the table) lies right before the table, which starts at a multiple of 8.
        var slots = table.Slots;
        var vtableSize = 4 + 2 * slots.Length;
        AlignEnd(vtableSize);
        var vtable = Reserve(vtableSize);
        var start = Reserve(4);
        var positions = new int[slots.Length];
        for (var i = 0; i < slots.Length; i++)
        {
            if (slots[i] is { } slot)
            {
                var size = slot is FlatNode.Scalar scalar ? scalar.Size : ReferenceSize;
                Align(size);
                positions[i] = Reserve(size);
                Put16(vtable + 4 + 2 * i, positions[i] - start);
            }
        }
        Put16(vtable, vtableSize);
        Put16(vtable + 2, length - start);
        Put32(start, start - vtable);
        Put32(reference, start - reference);

        for (var i = 0; i < slots.Length; i++)
        {
            if (slots[i] is FlatNode.Scalar scalar)
            {
                PutScalar(positions[i], scalar);
            }
            else if (slots[i] is { } child)
            {
                WriteNode(child, positions[i]);
            }
        }
    }

    private void WriteTables(FlatNode.Tables tables, int reference)
    {
        Align(4);
        var start = Reserve(4 + ReferenceSize * tables.Items.Length);
        Put32(start, tables.Items.Length);
        Put32(reference, start - reference);
        for (var i = 0; i < tables.Items.Length; i++)
        {
            WriteNode(tables.Items[i], start + 4 + ReferenceSize * i);
        }
    }

    private void WriteStructs(FlatNode.Structs structs, int reference)
    {
        AlignEnd(4);
        var start = Reserve(4 + 8 * structs.Words.Length);
        Put32(start, structs.Count);
        Put32(reference, start - reference);
        for (var i = 0; i < structs.Words.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(buffer.AsSpan(start + 4 + 8 * i), structs.Words[i]);
        }
    }

    private void WriteText(string text, int reference)
    {
        Align(4);
        var bytes = Encoding.UTF8.GetBytes(text);
        var start = Reserve(4 + bytes.Length + 1);
        Put32(start, bytes.Length);
        Put32(reference, start - reference);
        bytes.CopyTo(buffer, start + 4);
    }

    private void PutScalar(int at, FlatNode.Scalar scalar)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, scalar.Value);
        bytes[..scalar.Size].CopyTo(buffer.AsSpan(at));
    }

    private int Reserve(int size)
    {
        var start = length;
        length += size;
        if (length > buffer.Length)
        {
            Array.Resize(ref buffer, Math.Max(length, 2 * buffer.Length));
        }
        return start;
    }

    private void Align(int size) => Reserve((size - length % size) % size);

    /// <summary>Pads so that what comes after the next <paramref name="size"/> bytes starts at a multiple of 8.</summary>
    private void AlignEnd(int size) => Reserve((8 - (length + size) % 8) % 8);

    private void Put16(int at, int value) => BinaryPrimitives.WriteUInt16LittleEndian(buffer.AsSpan(at), checked((ushort)value));

    private void Put32(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(at), value);
}
