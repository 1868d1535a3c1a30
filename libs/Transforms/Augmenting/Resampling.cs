using System.Buffers;
using System.Numerics;
using Mesh.Transforms.Detection;

namespace Mesh.Transforms.Augmenting;

/// <summary>Moves images by any affine map, bilinear between the centres of pixels; rounded to nearest.</summary>
/// <param name="shape">Of the images.</param>
/// <param name="fill">Gray level around the image.</param>
internal sealed class Resampling(PlaneShape shape, byte fill)
{
    /// <summary>In place, boxes with it. A turn by 90° and a move by whole pixels give the very pixels.</summary>
    /// <param name="to">Where a point goes, in pixels from the left upper corner.</param>
    /// <param name="part">What pixels are taken from; its edge is repeated around it. Null for the whole image with the fill around it.</param>
    public void Apply(Span<byte> image, Span<float> boxes, in Matrix3x2 to, PlanePart? part, double minimumVisible)
    {
        Matrix3x2.Invert(to, out var from);
        // One pixel outside there is nothing but fill.
        var bounds = part ?? new PlanePart(-1, -1, shape.Width + 2, shape.Height + 2);
        var original = ArrayPool<byte>.Shared.Rent(image.Length);
        image.CopyTo(original);
        for (var y = 0; y < shape.Height; y++)
        {
            for (var x = 0; x < shape.Width; x++)
            {
                // Pixels are squares: the centre of the first is at a half.
                var source = Vector2.Transform(new(x + 0.5f, y + 0.5f), from) - new Vector2(0.5f);
                Sample(original, image[(y * shape.Width + x)..],
                    Math.Clamp(source.X, bounds.Left, bounds.Left + bounds.Width - 1), Math.Clamp(source.Y, bounds.Top, bounds.Top + bounds.Height - 1));
            }
        }

        ArrayPool<byte>.Shared.Return(original);
        BoxRows.Move(boxes, to, shape.Width, shape.Height, minimumVisible);
    }

    /// <summary>One pixel, in all planes.</summary>
    private void Sample(ReadOnlySpan<byte> from, Span<byte> to, float x, float y)
    {
        var (left, top) = ((int)MathF.Floor(x), (int)MathF.Floor(y));
        var (right, bottom) = (x - left, y - top);
        var inside = left >= 0 && top >= 0 && left + 1 < shape.Width && top + 1 < shape.Height;
        var at = top * shape.Width + left;
        for (var plane = 0; plane < to.Length; plane += shape.Plane, at += shape.Plane)
        {
            var (a, b, c, d) = inside
                ? (from[at], from[at + 1], from[at + shape.Width], from[at + shape.Width + 1])
                : (Level(from, plane, left, top), Level(from, plane, left + 1, top), Level(from, plane, left, top + 1), Level(from, plane, left + 1, top + 1));
            var above = a + (b - a) * right;
            var below = c + (d - c) * right;
            to[plane] = (byte)(above + (below - above) * bottom + 0.5f);
        }
    }

    private byte Level(ReadOnlySpan<byte> from, int plane, int x, int y) =>
        x >= 0 && y >= 0 && x < shape.Width && y < shape.Height ? from[plane + y * shape.Width + x] : fill;
}
