using System.Numerics;
using Mesh.Transforms.Detection;

namespace Mesh.Transforms.Augmenting;

/// <summary>Moves images by whole pixels.</summary>
internal static class PlaneShift
{
    /// <summary>In place, boxes with it.</summary>
    /// <param name="right">Pixels to the right; may be negative.</param>
    /// <param name="down">Pixels downwards; may be negative.</param>
    /// <param name="fill">Gray level of what comes in at the edges.</param>
    public static void Apply(Span<byte> image, Span<float> boxes, PlaneShape shape, int right, int down, byte fill, double minimumVisible)
    {
        for (var from = 0; from < image.Length; from += shape.Plane)
            Apply(image.Slice(from, shape.Plane), shape, right, down, fill);
        BoxRows.Move(boxes, Matrix3x2.CreateTranslation(right, down), shape.Width, shape.Height, minimumVisible);
    }

    private static void Apply(Span<byte> plane, PlaneShape shape, int right, int down, byte fill)
    {
        var (height, width) = (shape.Height, shape.Width);
        var length = Math.Max(0, width - Math.Abs(right));
        for (var i = 0; i < height; i++)
        {
            // Against the direction of the movement, so that no row is overwritten before it was moved.
            var y = down > 0 ? height - 1 - i : i;
            var (row, from) = (y * width, y - down);
            if (from < 0 || from >= height || length == 0)
            {
                plane.Slice(row, width).Fill(fill);
                continue;
            }

            plane.Slice(from * width + Math.Max(0, -right), length).CopyTo(plane[(row + Math.Max(0, right))..]);
            plane.Slice(right > 0 ? row : row + length, width - length).Fill(fill);
        }
    }
}
