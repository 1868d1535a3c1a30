namespace Mesh.Registry.Serving;

/// <summary>A deployment as replicas need it: its reference resolved to a version and a bundle.</summary>
/// <param name="Replicas">0 is every one.</param>
internal sealed record ServingTarget(string Deployment, string ModelVersion, string BundleSha256, long BundleSizeBytes, int Replicas);
