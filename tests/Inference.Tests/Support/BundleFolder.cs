using Mesh.Blobs;
using Mesh.ModelGraph.Bundles;
using Mesh.Registry.V1;

namespace Mesh.Inference.Tests.Support;

/// <summary>The registry's blobs in a state folder.</summary>
internal sealed class BundleFolder(string state)
{
    private readonly FileBlobStore blobs = new(Path.Combine(state, "blobs"));

    /// <summary>Stores a bundle, and says how the directory would ask for it.</summary>
    public async Task<DesiredModel> StoreAsync(string deployment, string version, BundleContent content, string project = "default")
    {
        using var file = new MemoryStream();
        var digest = ModelBundle.Write(file, content);
        file.Position = 0;
        await blobs.WriteAsync(new BlobScope("registry", project), file, BlobDigest.Parse(digest), TestContext.Current.CancellationToken);
        return new DesiredModel
        {
            Deployment = $"projects/{project}/deployments/{deployment}",
            ModelVersion = $"projects/{project}/models/m/versions/{version}",
            BundleSha256 = digest,
            BundleSizeBytes = file.Length,
        };
    }
}
