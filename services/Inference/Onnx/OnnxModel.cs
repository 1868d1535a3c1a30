using Mesh.Inference.Tensors;
using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace Mesh.Inference.Onnx;

/// <summary>
/// One loaded ONNX model. The session is shared by all instances: with one intra-op thread a run computes on its calling
/// thread alone, so several run at once and the weights are in memory once.
/// </summary>
internal sealed class OnnxModel : IDisposable
{
    private readonly InferenceSession session;

    private OnnxModel(InferenceSession session, TensorSpec[] inputs, TensorSpec[] outputs)
    {
        (this.session, Inputs, Outputs) = (session, inputs, outputs);
        InputNames = [.. inputs.Select(input => input.Name)];
        OutputNames = [.. outputs.Select(output => output.Name)];
        HasRows = inputs.Concat(outputs).All(tensor => tensor.HasRows);
    }

    public TensorSpec[] Inputs { get; }

    public TensorSpec[] Outputs { get; }

    public string[] InputNames { get; }

    public string[] OutputNames { get; }

    /// <summary>Whether the first dimension of every tensor is the batch, so that requests can share a run.</summary>
    public bool HasRows { get; }

    /// <summary>Creates the session and compares the file with what its bundle promises.</summary>
    /// <exception cref="ModelLoadException">The file is no model the runtime can run, or another one than promised.</exception>
    public static OnnxModel Load(byte[] file, TensorSpec[] inputs, TensorSpec[] outputs, int intraOpThreads, string provider)
    {
        OnnxEnvironment.Require();
        using var options = Options(intraOpThreads, provider);
        InferenceSession session;
        try
        {
            session = new InferenceSession(file, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelLoadException($"model.onnx: {OnnxErrors.Describe(e)}", e);
        }

        try
        {
            Compare("input", inputs, session.InputMetadata);
            Compare("output", outputs, session.OutputMetadata);
            return new OnnxModel(session, inputs, outputs);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public IDisposableReadOnlyCollection<OrtValue> Run(RunOptions options, OrtValue[] inputs) =>
        session.Run(options, InputNames, inputs, OutputNames);

    public void Run(RunOptions options, OrtValue[] inputs, OrtValue[] outputs) =>
        session.Run(options, InputNames, inputs, OutputNames, outputs);

    public void Dispose() => session.Dispose();

    private static SessionOptions Options(int intraOpThreads, string provider)
    {
        var options = new SessionOptions
        {
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = intraOpThreads,
            InterOpNumThreads = 1,
            // Batches differ in size from run to run; a memory plan per size would be kept for each.
            EnableMemoryPattern = false,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        options.AddSessionConfigEntry("session.use_env_allocators", "1");
        options.AddSessionConfigEntry("session.use_device_allocator_for_initializers", "1");
        ExecutionProvider.Apply(provider, options);
        return options;
    }

    private static void Compare(string kind, TensorSpec[] promised, IReadOnlyDictionary<string, NodeMetadata> found)
    {
        if (promised.Length != found.Count || promised.FirstOrDefault(tensor => !found.ContainsKey(tensor.Name)) is { })
        {
            throw new ModelLoadException(
                $"signature.json: names the {kind}s {string.Join(", ", promised.Select(t => t.Name))}; model.onnx has {string.Join(", ", found.Keys)}");
        }

        foreach (var tensor in promised)
        {
            var node = found[tensor.Name];
            if (!node.IsTensor || node.ElementDataType != tensor.Datatype.ToElementType())
            {
                throw new ModelLoadException(
                    $"signature.json: {kind} {tensor.Name} is {tensor.Datatype.Name()}; in model.onnx it is {(node.IsTensor ? node.ElementDataType : node.OnnxValueType)}");
            }

            var agrees = node.Dimensions.Length == tensor.Shape.Length
                && !node.Dimensions.Where((size, axis) => size >= 0 && tensor.Shape[axis] >= 0 && size != tensor.Shape[axis]).Any();
            if (!agrees)
            {
                var shape = TensorShape.Describe([.. node.Dimensions.Select(size => (long)size)]);
                throw new ModelLoadException(
                    $"signature.json: {kind} {tensor.Name} is {TensorShape.Describe(tensor.Shape)}; in model.onnx it is {shape}");
            }
        }
    }
}

/// <summary>A bundle whose content cannot be served, now or later; the message names the file at fault.</summary>
internal sealed class ModelLoadException(string message, Exception? inner = null) : Exception(message, inner);
