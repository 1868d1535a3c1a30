using Mesh.Inference.Tensors;

namespace Mesh.Inference.Protocol;

/// <summary>A ModelInferResponse whose tensors lie in shared memory. Whoever writes it out disposes it.</summary>
internal sealed class InferResponse(string modelName, string modelVersion, string id, OutputTensor[] outputs) : IDisposable
{
    public string ModelName => modelName;

    public string ModelVersion => modelVersion;

    public string Id => id;

    public OutputTensor[] Outputs => outputs;

    public void Dispose()
    {
        foreach (var output in outputs)
        {
            output.Release();
        }
    }
}
