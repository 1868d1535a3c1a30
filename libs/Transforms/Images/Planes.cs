using System.Runtime.Intrinsics;

namespace Mesh.Transforms.Images;

/// <summary>Interleaved channels apart: [pixels, channels] → [channels, pixels]. Three channels go 16 pixels at a time, at the speed of memory.</summary>
internal static class Planes
{
    private const int Block = 16;

    /// <param name="interleaved">[pixels, channels].</param>
    /// <param name="planes">As long.</param>
    /// <param name="channels">1 or more.</param>
    public static void Split(ReadOnlySpan<byte> interleaved, Span<byte> planes, int channels)
    {
        var size = interleaved.Length / channels;
        var done = channels == 3 && Vector128.IsHardwareAccelerated ? SplitThree(interleaved, planes, size) : 0;
        for (var channel = 0; channel < channels; channel++)
        {
            var plane = planes.Slice(channel * size, size);
            for (int i = done, from = done * channels + channel; i < plane.Length; i++, from += channels)
                plane[i] = interleaved[from];
        }
    }

    /// <returns>How many pixels it did: all but the last few.</returns>
    private static int SplitThree(ReadOnlySpan<byte> interleaved, Span<byte> planes, int size)
    {
        var pixel = 0;
        for (; pixel + Block <= size; pixel += Block)
        {
            // Bytes 0 to 47 are r0 g0 b0 r1 …; byte 3i + c of them is pixel i of channel c.
            var block = interleaved.Slice(3 * pixel, 3 * Block);
            var (first, second, third) = (Vector128.Create(block), Vector128.Create(block[Block..]), Vector128.Create(block[(2 * Block)..]));
            for (var channel = 0; channel < 3; channel++)
            {
                var (a, b, c) = Picks[channel];
                (Vector128.Shuffle(first, a) | Vector128.Shuffle(second, b) | Vector128.Shuffle(third, c)).CopyTo(planes[(channel * size + pixel)..]);
            }
        }

        return pixel;
    }

    /// <summary>For each channel, the bytes to take of each third of a block; those of the other thirds come out as 0.</summary>
    private static readonly (Vector128<byte> First, Vector128<byte> Second, Vector128<byte> Third)[] Picks =
        [.. Enumerable.Range(0, 3).Select(channel => (Pick(channel, 0), Pick(channel, 1), Pick(channel, 2)))];

    private static Vector128<byte> Pick(int channel, int third)
    {
        var picks = new byte[Block];
        for (var pixel = 0; pixel < Block; pixel++)
        {
            var from = 3 * pixel + channel - Block * third;
            picks[pixel] = from is >= 0 and < Block ? (byte)from : byte.MaxValue;
        }

        return Vector128.Create(picks);
    }
}
