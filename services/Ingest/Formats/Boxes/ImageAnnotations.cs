using Mesh.Ingest.Formats.Archives;
using Mesh.Ingest.Records;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats.Boxes;

/// <summary>A file that may be an image with boxes.</summary>
/// <param name="Index">What the annotations know it by.</param>
/// <param name="Problem">Why it is rejected without a look at it; null otherwise.</param>
internal readonly record struct AnnotatedImage(int Index, string Split, string? Problem = null);

/// <summary>An annotation whose image is not among the files.</summary>
/// <param name="File">Index of the upload that holds the annotation.</param>
internal sealed record MissingImage(int File, string Source, string Split, string Problem);

/// <summary>What annotation files say of images. A first pass over all entries fills it, a second one asks it image by image.</summary>
internal abstract class ImageAnnotations
{
    /// <summary>A record travels in one message: more boxes on one image are no annotation any more.</summary>
    protected const int MaxBoxesPerImage = 10_000;

    /// <summary>First pass: takes in what the file says of images.</summary>
    public abstract ValueTask AddAsync(EntryWalk entry, CancellationToken cancel);

    /// <summary>Ends the first pass.</summary>
    /// <exception cref="DatasetException">The annotations do not make a set.</exception>
    public virtual void Complete()
    {
    }

    /// <summary>Second pass.</summary>
    /// <returns>Null when the entry is not meant as an image.</returns>
    public abstract AnnotatedImage? Find(EntryWalk entry);

    /// <summary>After the second pass: what no entry was found for.</summary>
    public abstract IEnumerable<MissingImage> Missing();

    /// <summary>Adds the boxes of an image, in its pixels as they are stored.</summary>
    /// <param name="size">The image, with the size in its header.</param>
    /// <returns>Why the image is rejected; null when nothing is wrong.</returns>
    public abstract string? Take(AnnotatedImage image, in ImageCell size, List<Box> boxes);
}
