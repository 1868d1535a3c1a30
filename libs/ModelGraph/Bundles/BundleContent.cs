namespace Mesh.ModelGraph.Bundles;

/// <summary>Everything needed to serve a model: raw records in, labelled answers out.</summary>
/// <param name="Model">An ONNX file, weights inside.</param>
/// <param name="Transforms">The fitted transforms as JSON; opaque here.</param>
/// <param name="Labels">The name of each class, in the order of the logits.</param>
public sealed record BundleContent(
    ReadOnlyMemory<byte> Model, BundleSignature Signature, ReadOnlyMemory<byte> Transforms, IReadOnlyList<string> Labels);
