using System.Numerics;

namespace Mesh.Transforms.Batches;

/// <summary>
/// uint8 rows [n, C, H, W] or [n, T, C, H, W] → float32 of the same shape: one fused multiply-add an element, (x / 255 − mean) / std, or x / 255 when the pipeline
/// does not normalise. The scalar tail uses the same fused operation, so an element's value depends on the byte and the channel only, never on
/// its position or on the batch. Immutable; safe on any number of threads.
/// </summary>
public sealed class BatchStage
{
    private readonly float[] scale;
    private readonly float[] offset;
    private readonly int plane;

    internal BatchStage(IReadOnlyList<int> shape, ChannelAffine affine)
    {
        scale = [.. affine.Scale.Select(value => (float)value)];
        offset = [.. affine.Offset.Select(value => (float)value)];
        plane = checked(shape[^2] * shape[^1]);
        RowLength = shape.Aggregate(1, (elements, side) => checked(elements * side));
    }

    /// <summary>Elements of one row: C · H · W, for each frame.</summary>
    public int RowLength { get; }

    /// <summary>Multiplier of a byte of each channel.</summary>
    public ReadOnlySpan<float> Scale => scale;

    /// <summary>Added after multiplying, per channel.</summary>
    public ReadOnlySpan<float> Offset => offset;

    /// <summary>
    /// Converts <paramref name="count"/> rows. Allocates nothing. Throws <see cref="ArgumentException"/> unless <paramref name="rows"/> holds exactly
    /// that many and <paramref name="destination"/> has room for them.
    /// </summary>
    public void Apply(ReadOnlySpan<byte> rows, int count, Span<float> destination)
    {
        var length = checked(count * RowLength);
        if (count < 0 || rows.Length != length)
            throw new ArgumentException($"{count} rows have {length} bytes, not {rows.Length}.", nameof(rows));
        if (destination.Length < length)
            throw new ArgumentException($"{count} rows need {length} floats; there is room for {destination.Length}.", nameof(destination));

        if (scale.Length == 1)
        {
            Convert(rows, destination[..length], scale[0], offset[0]);
            return;
        }

        for (int from = 0, channel = 0; from < length; from += plane, channel = (channel + 1) % scale.Length)
            Convert(rows.Slice(from, plane), destination.Slice(from, plane), scale[channel], offset[channel]);
    }

    private static void Convert(ReadOnlySpan<byte> bytes, Span<float> floats, float scale, float offset)
    {
        var (scales, offsets) = (new Vector<float>(scale), new Vector<float>(offset));
        var i = 0;
        for (; i <= bytes.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(bytes[i..]), out var low, out var high);
            Store(low, floats[i..], scales, offsets);
            Store(high, floats[(i + Vector<ushort>.Count)..], scales, offsets);
        }

        for (; i < bytes.Length; i++)
            floats[i] = MathF.FusedMultiplyAdd(bytes[i], scale, offset);
    }

    private static void Store(Vector<ushort> values, Span<float> floats, Vector<float> scales, Vector<float> offsets)
    {
        // Signed conversion: a byte fits, and it is one instruction where the unsigned one is several.
        Vector.Widen(values, out var low, out var high);
        Vector.FusedMultiplyAdd(Vector.ConvertToSingle(Vector.AsVectorInt32(low)), scales, offsets).CopyTo(floats);
        Vector.FusedMultiplyAdd(Vector.ConvertToSingle(Vector.AsVectorInt32(high)), scales, offsets).CopyTo(floats[Vector<float>.Count..]);
    }
}
