using Google.Protobuf.Collections;
using Mesh.Inference.Tensors;
using Mesh.OpenInference;

namespace Mesh.Inference.Protocol;

/// <summary>
/// A ModelInferRequest, as it came over gRPC or HTTP, its tensors in pooled memory. Nothing is checked against a model yet.
/// Dispose it when the answer is there.
/// </summary>
internal sealed class InferRequest : IDisposable
{
    public string ModelName { get; set; } = "";

    public string ModelVersion { get; set; } = "";

    public string Id { get; set; } = "";

    public List<InferInput> Inputs { get; } = [];

    /// <summary>Names of the outputs asked for; empty is all.</summary>
    public List<string> Outputs { get; } = [];

    /// <summary>One per input, in the order of the inputs; empty when the inputs carry typed contents.</summary>
    public List<TensorMemory> Raw { get; } = [];

    /// <summary>Request parameters; null when there are none.</summary>
    public MapField<string, InferParameter>? Parameters { get; set; }

    public void Dispose()
    {
        foreach (var memory in Raw)
        {
            memory.Release();
        }

        Raw.Clear();
    }
}

/// <summary>One input tensor of a request.</summary>
internal sealed class InferInput
{
    public string Name { get; set; } = "";

    public string Datatype { get; set; } = "";

    public long[] Shape { get; set; } = [];

    /// <summary>Typed elements; null when absent.</summary>
    public InferTensorContents? Contents { get; set; }
}
