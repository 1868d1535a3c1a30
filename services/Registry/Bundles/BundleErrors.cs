using Grpc.Core;
using Mesh.Blobs;
using Mesh.ModelGraph.Bundles;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.Registry.Bundles;

/// <summary>What can be wrong with a bundle, in the caller's words.</summary>
internal static class BundleErrors
{
    private static readonly TimeSpan StorageRetry = TimeSpan.FromSeconds(5);

    /// <summary>The reason is "BUNDLE_INVALID"; the metadata "file" names the entry at fault.</summary>
    public static MeshException Invalid(BundleException e) =>
        new(StatusCode.InvalidArgument, "BUNDLE_INVALID", e.Message, new FieldViolation("upload", $"{e.File}: {e.Problem}"))
        {
            Metadata = new Dictionary<string, string> { ["file"] = e.File },
        };

    public static MeshException Storage(BlobStoreException e) => e switch
    {
        BlobCorruptException or BlobNotFoundException => MeshError.DataLoss(e.Message),
        _ => MeshError.Unavailable("STORAGE_FAILED", e.Message, StorageRetry),
    };
}
