using System.Numerics;

namespace Mesh.Transforms.Detection;

/// <summary>An upright rectangle on an image, by its centre and sides, in pixels from the left upper corner.</summary>
internal readonly record struct CentredBox(double X, double Y, double Width, double Height)
{
    // What is known of where a box lies went through float32 on its way; nothing is cut off by its rounding.
    private const double Rounding = 1e-5;

    private double Area => Width * Height;

    /// <summary>The smallest upright rectangle around this one after it was moved.</summary>
    public CentredBox Moved(in Matrix3x2 by) => new(
        X * by.M11 + Y * by.M21 + by.M31,
        X * by.M12 + Y * by.M22 + by.M32,
        Math.Abs(by.M11) * Width + Math.Abs(by.M21) * Height,
        Math.Abs(by.M12) * Width + Math.Abs(by.M22) * Height);

    /// <summary>The part that lies between two corners of an image; without area when there is none.</summary>
    public CentredBox Within(Vector2 least, Vector2 greatest)
    {
        var (left, right) = (Math.Clamp(X - Width / 2, least.X, greatest.X), Math.Clamp(X + Width / 2, least.X, greatest.X));
        var (top, bottom) = (Math.Clamp(Y - Height / 2, least.Y, greatest.Y), Math.Clamp(Y + Height / 2, least.Y, greatest.Y));
        return new((left + right) / 2, (top + bottom) / 2, right - left, bottom - top);
    }

    /// <summary>Whether it has area, and at least this share of that of the whole.</summary>
    public bool IsEnoughOf(in CentredBox whole, double share) => Area > 0 && Area >= share * whole.Area * (1 - Rounding);
}
