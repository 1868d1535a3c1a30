using System.Runtime.InteropServices;
using Mesh.Blobs;
using Mesh.Inference.Onnx;
using Mesh.Inference.Predictions;
using Mesh.Inference.Tensors;
using Mesh.ModelGraph.Bundles;
using Mesh.Registry.V1;
using Microsoft.Extensions.Options;
using TensorSpec = Mesh.Inference.Tensors.TensorSpec;

namespace Mesh.Inference.Serving;

/// <summary>Brings a bundle from the registry's blobs into memory, ready to answer its first request.</summary>
internal sealed class ModelLoader(IBlobStore blobs, IOptions<InferenceOptions> options, TimeProvider time)
{
    // One at a time: loading uses every processor it gets, and those that serve need them too.
    private readonly SemaphoreSlim turn = new(1);

    /// <exception cref="ModelLoadException">The bundle can never be served.</exception>
    /// <exception cref="BlobStoreException">Its bytes cannot be had now.</exception>
    public async Task<LoadedModel> LoadAsync(string project, DesiredModel desired, CancellationToken cancel)
    {
        if (!BlobDigest.TryParse(desired.BundleSha256, out var digest))
        {
            throw new ModelLoadException("The directory gave no SHA-256 of a bundle.");
        }

        using var local = await blobs.OpenLocalAsync(new BlobScope("registry", project), digest, cancel);
        await turn.WaitAsync(cancel);
        try
        {
            return await Task.Run(() => Load(local.Path, desired, cancel), cancel);
        }
        finally
        {
            // The file's bytes are garbage now, as large as the model and in no hurry to be collected. In the background:
            // the models that serve are not held up.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
            turn.Release();
        }
    }

    private LoadedModel Load(string path, DesiredModel desired, CancellationToken cancel)
    {
        var bundle = Read(path);
        if (bundle.Digest != desired.BundleSha256)
        {
            throw new ModelLoadException($"The bundle has SHA-256 {bundle.Digest}, not {desired.BundleSha256}.");
        }

        cancel.ThrowIfCancellationRequested();
        var signature = bundle.Content.Signature;
        var (inputs, outputs) = (Specs(signature.Inputs), Specs(signature.Outputs));
        var classifier = signature.Task == BundleSignature.ImageClassification
            ? ImageClassifier.Of(bundle.Content, inputs, outputs)
            : null;
        var settings = options.Value;
        var model = OnnxModel.Load(Bytes(bundle.Content.Model), inputs, outputs, settings.IntraOpThreads, settings.ExecutionProvider);
        try
        {
            WarmUp.Run(model, model.HasRows ? settings.MaxBatchRows : 1, cancel);
            return new LoadedModel(desired.Deployment, desired.ModelVersion, model, classifier, settings, time);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static ModelBundle Read(string path)
    {
        try
        {
            return ModelBundle.Read(path);
        }
        catch (BundleException e)
        {
            throw new ModelLoadException(e.Message, e);
        }
    }

    private static TensorSpec[] Specs(IEnumerable<TensorSignature> tensors) =>
    [
        .. tensors.Select(tensor => Datatypes.TryParse(tensor.Datatype, out var type)
            ? new TensorSpec(tensor.Name, type, [.. tensor.Shape])
            : throw new ModelLoadException($"signature.json: {tensor.Name} has the unknown datatype {tensor.Datatype}")),
    ];

    private static byte[] Bytes(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetArray(memory, out var array) && array.Offset == 0 && array.Count == array.Array!.Length ? array.Array : memory.ToArray();
}
