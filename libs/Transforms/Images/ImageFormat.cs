namespace Mesh.Transforms.Images;

/// <summary>The image files that are accepted, recognised by their first bytes and never by a name.</summary>
internal enum ImageFormat
{
    Unknown,
    Png,
    Jpeg,
    WebP,
    Gif,
    Tiff,
}
