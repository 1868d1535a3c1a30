using System.Numerics;

namespace Mesh.Transforms.Images;

/// <summary>Where the original image, as it is stored, lies in an image that was made of it.</summary>
/// <param name="Map">Where a point of the original goes, in pixels from the left upper corner.</param>
/// <param name="Least">Left upper corner of what shows the original; beyond it there is a border.</param>
/// <param name="Greatest">Right lower corner of what shows the original.</param>
internal readonly record struct ImageGeometry(Matrix3x2 Map, Vector2 Least, Vector2 Greatest)
{
    /// <summary>The original itself.</summary>
    public static ImageGeometry Of(int width, int height) => new(Matrix3x2.Identity, Vector2.Zero, new(width, height));

    /// <summary>Of a part of the image alone.</summary>
    public ImageGeometry Cut(int left, int top, int width, int height)
    {
        var (corner, size) = (new Vector2(left, top), new Vector2(width, height));
        return new(
            Map * Matrix3x2.CreateTranslation(-corner), Vector2.Clamp(Least - corner, Vector2.Zero, size), Vector2.Clamp(Greatest - corner, Vector2.Zero, size));
    }

    /// <summary>Of the image in another size.</summary>
    public ImageGeometry Scaled(float across, float down)
    {
        var scale = new Vector2(across, down);
        return new(Map * Matrix3x2.CreateScale(scale), Least * scale, Greatest * scale);
    }

    /// <summary>Of the image with columns added to its left and rows above it.</summary>
    public ImageGeometry Moved(int right, int down)
    {
        var by = new Vector2(right, down);
        return new(Map * Matrix3x2.CreateTranslation(by), Least + by, Greatest + by);
    }
}
