using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Mesh.Ingest.Formats.Images;
using Mesh.Ingest.Records;
using Mesh.Ingest.V1;
using Mesh.Transforms.Images;

namespace Mesh.Ingest.Formats.Boxes;

/// <summary>An image as its annotations have it: as it is stored, or upright, as people see it. A record's boxes are on the stored one.</summary>
internal readonly struct BoxFrame
{
    private readonly Matrix3x2 _toStored;

    private BoxFrame(int width, int height, in Matrix3x2 toStored) => (Width, Height, _toStored) = (width, height, toStored);

    public int Width { get; }

    public int Height { get; }

    public static BoxFrame Stored(in ImageCell image) => new(image.Width, image.Height, Matrix3x2.Identity);

    public static BoxFrame Upright(in ImageCell image)
    {
        var orientation = ExifOrientation.Of(image.Data.Span);
        var (width, height) = Orientation.SwapsSides(orientation) ? (image.Height, image.Width) : (image.Width, image.Height);
        return new BoxFrame(width, height, Orientation.FromUpright(orientation, image.Width, image.Height));
    }

    public bool Has(long width, long height) => width == Width && height == Height;

    /// <summary>Cuts a box to the image and takes it to the stored one; it has no label yet.</summary>
    /// <returns>False when it reaches further outside than rounding explains, or nothing is left of it.</returns>
    public bool TryTake(double x, double y, double width, double height, [NotNullWhen(true)] out Box? box)
    {
        box = null;
        if (!BoxBounds.TryClip(ref x, ref width, Width) || !BoxBounds.TryClip(ref y, ref height, Height))
        {
            return false;
        }

        // A corner goes to a corner; where an axis is mirrored, to the one across.
        var by = _toStored;
        box = new Box
        {
            X = (by.M11 * x) + (by.M21 * y) + by.M31 + (Math.Min(0, by.M11) * width) + (Math.Min(0, by.M21) * height),
            Y = (by.M12 * x) + (by.M22 * y) + by.M32 + (Math.Min(0, by.M12) * width) + (Math.Min(0, by.M22) * height),
            Width = (Math.Abs(by.M11) * width) + (Math.Abs(by.M21) * height),
            Height = (Math.Abs(by.M12) * width) + (Math.Abs(by.M22) * height),
        };
        return true;
    }
}
