using Mesh.ServiceDefaults.Names;

namespace Mesh.Registry;

/// <summary>The shapes of the names of what Registry keeps.</summary>
internal static class RegistryNames
{
    public static readonly ResourcePattern Model = new("projects/{project}/models/{model}");
    public static readonly ResourcePattern Version = new("projects/{project}/models/{model}/versions/{version}");
    public static readonly ResourcePattern Alias = new("projects/{project}/models/{model}/aliases/{alias}");
    public static readonly ResourcePattern BundleUpload = new("projects/{project}/bundleUploads/{upload}");
    public static readonly ResourcePattern Deployment = new("projects/{project}/deployments/{deployment}");
}
