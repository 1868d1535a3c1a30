using Mesh.Ingest.Formats.Boxes;

namespace Mesh.Ingest.Formats.Coco;

/// <summary>An annotation file.</summary>
/// <param name="Upload">Index of the upload that holds it.</param>
/// <param name="Name">Within the upload.</param>
internal sealed record CocoFile(int Upload, string Name, string Source, string Split);

/// <summary>An image that an annotation file lists, or that its annotations speak of before it does.</summary>
internal struct CocoImage
{
    /// <summary>Index of the annotation file.</summary>
    public int File;
    public long Id;

    /// <summary>As listed, with "/" between folders; null as long as only annotations speak of it.</summary>
    public string? Name;

    /// <summary>Pixels as listed; 0 when they are not.</summary>
    public long Width;
    public long Height;
    public BoxChain Boxes;

    /// <summary>Index of another image of this name, listed by another file; −1 for none.</summary>
    public int Namesake;

    /// <summary>Whether a file was found for it.</summary>
    public bool Found;
}
