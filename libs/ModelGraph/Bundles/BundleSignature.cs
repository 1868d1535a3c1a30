namespace Mesh.ModelGraph.Bundles;

/// <summary>What the model takes and gives.</summary>
/// <param name="Task">What the model does, for example "image-classification".</param>
public sealed record BundleSignature(string Task, IReadOnlyList<TensorSignature> Inputs, IReadOnlyList<TensorSignature> Outputs)
{
    /// <summary>The task of a model that gives one logit for each label of an image.</summary>
    public const string ImageClassification = "image-classification";

    /// <summary>The signature of a graph: <c>input</c> and <c>logits</c>, FP32, batch −1.</summary>
    public static BundleSignature Of(string task, Graph graph) => new(task,
        [new TensorSignature(Graph.InputName, "FP32", graph.InputShape.WithBatch(-1))],
        [new TensorSignature(Graph.OutputName, "FP32", graph.OutputShape.WithBatch(-1))]);

    /// <exception cref="BundleException">Names what is not well-formed.</exception>
    internal void Check()
    {
        Require(Task is { Length: > 0 and <= 64 }, "task is empty or longer than 64 characters");
        Check(Inputs, "inputs");
        Check(Outputs, "outputs");
    }

    private static void Check(IReadOnlyList<TensorSignature> tensors, string list)
    {
        Require(tensors is { Count: > 0 and <= 64 }, $"{list} must have 1 to 64 tensors");
        for (var i = 0; i < tensors.Count; i++) Check(tensors[i], $"{list}[{i}]");
        Require(tensors.Select(t => t.Name).Distinct().Count() == tensors.Count, $"{list} has a name twice");
    }

    private static void Check(TensorSignature tensor, string field)
    {
        Require(tensor is not null, $"{field} is null");
        Require(tensor!.Name is { Length: > 0 and <= 256 }, $"{field}.name is empty or longer than 256 characters");
        Require(tensor.Datatype is not null && TensorSignature.Datatypes.Contains(tensor.Datatype), $"{field}.datatype is not one of the Open Inference Protocol");
        Require(tensor.Shape is { Count: <= 16 }, $"{field}.shape is missing or has more than 16 dimensions");
        Require(tensor.Shape.All(d => d == -1 || d > 0), $"{field}.shape has a dimension that is neither -1 nor positive");
    }

    private static void Require(bool condition, string problem)
    {
        if (!condition) throw new BundleException(BundleFormat.Signature, problem);
    }
}

/// <summary>One input or output, in the words of the Open Inference Protocol; −1 in the shape is any size.</summary>
public sealed record TensorSignature(string Name, string Datatype, IReadOnlyList<long> Shape)
{
    internal static readonly string[] Datatypes =
        ["BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16", "FP32", "FP64", "BF16", "BYTES"];
}
