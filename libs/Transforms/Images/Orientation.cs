using System.Numerics;

namespace Mesh.Transforms.Images;

/// <summary>The eight orientations of EXIF: how an image as it is stored has to be turned or mirrored to be upright.</summary>
public static class Orientation
{
    /// <summary>As it is stored.</summary>
    public const int Upright = 1;

    /// <summary>Whether the width of the upright image is the height of the stored one.</summary>
    public static bool SwapsSides(int orientation) => orientation is >= 5 and <= 8;

    /// <summary>Where a point of the upright image lies in the stored one; exact, as its numbers are whole.</summary>
    /// <param name="orientation">Other numbers than 1 to 8 mean nothing.</param>
    /// <param name="width">Of the stored image.</param>
    /// <param name="height">Of the stored image.</param>
    public static Matrix3x2 FromUpright(int orientation, int width, int height) => orientation switch
    {
        2 => new(-1, 0, 0, 1, width, 0),
        3 => new(-1, 0, 0, -1, width, height),
        4 => new(1, 0, 0, -1, 0, height),
        5 => new(0, 1, 1, 0, 0, 0),
        6 => new(0, -1, 1, 0, 0, height),
        7 => new(0, -1, -1, 0, width, height),
        8 => new(0, 1, -1, 0, width, 0),
        _ => Matrix3x2.Identity,
    };

    /// <summary>Where a point of the stored image lies in the upright one; exact.</summary>
    /// <inheritdoc cref="FromUpright"/>
    public static Matrix3x2 ToUpright(int orientation, int width, int height) =>
        Matrix3x2.Invert(FromUpright(orientation, width, height), out var inverse) ? inverse : throw new InvalidOperationException("An orientation cannot be undone.");
}
