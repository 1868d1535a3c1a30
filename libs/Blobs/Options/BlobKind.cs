namespace Mesh.Blobs.Options;

/// <summary>What blobs can be kept in.</summary>
internal static class BlobKind
{
    public const string File = "file";
    public const string S3 = "s3";
    public const string Azure = "azure";

    public static bool IsKnown(string kind) => kind is File or S3 or Azure;
}
