namespace Mesh.Transforms.Augmenting;

/// <summary>Rectangles of an image overwritten.</summary>
internal static class PlaneErasing
{
    /// <summary>With one gray level; what lies outside the image is left out.</summary>
    public static void Fill(Span<byte> image, PlaneShape shape, PlanePart part, byte level)
    {
        var (left, right) = (Math.Max(0, part.Left), Math.Min(shape.Width, part.Left + part.Width));
        var (top, bottom) = (Math.Max(0, part.Top), Math.Min(shape.Height, part.Top + part.Height));
        for (var plane = 0; plane < image.Length; plane += shape.Plane)
        {
            for (var y = top; y < bottom; y++)
                image.Slice(plane + y * shape.Width + left, right - left).Fill(level);
        }
    }

    /// <summary>With random levels, every channel of every pixel its own; the part lies in the image.</summary>
    public static void Noise(Span<byte> image, PlaneShape shape, PlanePart part, ref SampleRandom random)
    {
        for (var plane = 0; plane < image.Length; plane += shape.Plane)
        {
            for (var y = part.Top; y < part.Top + part.Height; y++)
                random.Fill(image.Slice(plane + y * shape.Width + part.Left, part.Width));
        }
    }
}
