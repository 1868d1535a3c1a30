namespace Mesh.Ingest.Formats.Boxes;

/// <summary>Boxes against the size of their image, in pixels.</summary>
internal static class BoxBounds
{
    /// <summary>Pixels that a box may reach outside, because whoever wrote it rounded; it is cut off there.</summary>
    private const double Tolerance = 1;

    /// <summary>Finite, with a width and a height above 0.</summary>
    public static bool IsRectangle(double x, double y, double width, double height) =>
        double.IsFinite(x) && double.IsFinite(y) && double.IsFinite(width) && double.IsFinite(height) && width > 0 && height > 0;

    /// <summary>Cuts one side to the image. A box that lies inside keeps its numbers to the last bit.</summary>
    /// <returns>False when it reaches further outside than rounding explains, or nothing is left of it.</returns>
    public static bool TryClip(ref double start, ref double length, int limit)
    {
        var end = start + length;
        if (start < -Tolerance || end > limit + Tolerance)
        {
            return false;
        }

        if (start < 0)
        {
            (start, length) = (0, end);
        }

        if (end > limit)
        {
            length = limit - start;
        }

        return length > 0;
    }
}
