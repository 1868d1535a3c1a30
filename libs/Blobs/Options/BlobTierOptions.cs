namespace Mesh.Blobs.Options;

/// <summary>One place where blobs are kept.</summary>
public class BlobTierOptions
{
    /// <summary>
    /// "file" keeps blobs in a folder: the fastest, and right for one machine or a shared file system. "s3" and "azure" let services on several machines
    /// share them; each machine then has a cache of what it uses.
    /// </summary>
    public virtual string Kind { get; set; } = "";

    /// <summary>The folder of the kind "file".</summary>
    public string Folder { get; set; } = "";

    /// <summary>The bucket of the kind "s3".</summary>
    public S3Options S3 { get; set; } = new();

    /// <summary>The container of the kind "azure".</summary>
    public AzureOptions Azure { get; set; } = new();

    internal bool IsRemote => Kind is BlobKind.S3 or BlobKind.Azure;
}
