namespace Mesh.Transforms;

/// <summary>How the image of a <see cref="RawRecord"/> is stored.</summary>
public enum RecordEncoding
{
    /// <summary>uint8 pixels in [height, width, channels] order.</summary>
    Raw,

    /// <summary>An image file; its format is recognised by its first bytes.</summary>
    Encoded,
}
