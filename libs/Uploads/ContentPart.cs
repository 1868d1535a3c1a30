namespace Mesh.Uploads;

/// <summary>Which bytes of an upload are written.</summary>
/// <param name="IsWhole">All of them; what was there before is dropped.</param>
/// <param name="End">The byte after the last; null when only the end of the bytes says.</param>
/// <param name="Total">All bytes of the upload; null when nobody knows yet, or the finish is left to another call.</param>
public readonly record struct ContentPart(bool IsWhole, long Start, long? End, long? Total)
{
    public static ContentPart Whole(long? total) => new(true, 0, null, total);

    /// <summary>Everything from a byte on.</summary>
    public static ContentPart From(long start, long total) => new(false, start, total, total);
}
