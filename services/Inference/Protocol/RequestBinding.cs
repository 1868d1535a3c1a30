using Mesh.Inference.Batching;
using Mesh.Inference.Serving;
using Mesh.Inference.Tensors;
using Mesh.OpenInference;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.Inference.Protocol;

/// <summary>Matches a request with the model that shall answer it: names, datatypes, shapes, sizes and rows.</summary>
internal static class RequestBinding
{
    private const string Timeout = "timeout";

    /// <summary>
    /// The request in the model's terms. Typed contents are converted into <see cref="InferRequest.Raw"/>, so the memory
    /// of every input belongs to the request.
    /// </summary>
    /// <exception cref="MeshException">INVALID_ARGUMENT.</exception>
    public static BatchRequest Bind(InferRequest request, LoadedModel model)
    {
        var specs = model.Model.Inputs;
        if (request.Inputs.Count != specs.Length)
        {
            throw MeshError.Invalid("inputs", $"expected {specs.Length} inputs but got {request.Inputs.Count} inputs for model '{request.ModelName}'.");
        }

        CheckData(request);
        var bound = new InputTensor[specs.Length];
        for (var i = 0; i < request.Inputs.Count; i++)
        {
            var input = request.Inputs[i];
            var index = Array.FindIndex(specs, spec => spec.Name == input.Name);
            if (index < 0)
            {
                throw MeshError.Invalid($"inputs[{i}].name", $"unexpected inference input '{Shown(input.Name)}' for model '{request.ModelName}'.");
            }

            if (bound[index].Memory is not null)
            {
                throw MeshError.Invalid($"inputs[{i}].name", $"input '{input.Name}' is given twice.");
            }

            bound[index] = BindInput(request, i, specs[index]);
        }

        return new BatchRequest(bound, Rows(bound, request, model)) { QueueTimeout = QueueTimeout(request) };
    }

    /// <summary>The outputs asked for, in the order asked, of those that the model gave; releases the others.</summary>
    public static OutputTensor[] Select(InferRequest request, OutputTensor[] outputs)
    {
        if (request.Outputs.Count == 0)
        {
            return outputs;
        }

        foreach (var output in outputs)
        {
            if (!request.Outputs.Contains(output.Spec.Name))
            {
                output.Release();
            }
        }

        return [.. request.Outputs.Select(name => Array.Find(outputs, output => output.Spec.Name == name))];
    }

    /// <exception cref="MeshException">INVALID_ARGUMENT: the model has no such output, or it is asked for twice.</exception>
    public static void CheckOutputs(InferRequest request, LoadedModel model)
    {
        for (var i = 0; i < request.Outputs.Count; i++)
        {
            var name = request.Outputs[i];
            if (!model.Model.OutputNames.Contains(name))
            {
                throw MeshError.Invalid($"outputs[{i}].name", $"unexpected inference output '{Shown(name)}' for model '{request.ModelName}'.");
            }

            if (request.Outputs.IndexOf(name) != i)
            {
                throw MeshError.Invalid($"outputs[{i}].name", $"output '{name}' is requested twice.");
            }
        }
    }

    /// <summary>Every input has its data exactly once: all raw, or all typed.</summary>
    private static void CheckData(InferRequest request)
    {
        var raw = request.Raw.Count;
        for (var i = 0; i < request.Inputs.Count; i++)
        {
            var input = request.Inputs[i];
            if (raw > 0 && input.Contents is not null)
            {
                throw MeshError.Invalid(
                    $"inputs[{i}].contents",
                    $"contents field must not be specified when using raw_input_contents for '{Shown(input.Name)}' for model '{request.ModelName}'.");
            }

            if (raw > 0 ? i >= raw : input.Contents is null)
            {
                throw MeshError.Invalid(
                    $"inputs[{i}]", $"unable to find data for input tensor '{Shown(input.Name)}' for model '{request.ModelName}' in request.");
            }
        }

        if (raw > request.Inputs.Count)
        {
            throw MeshError.Invalid("raw_input_contents", $"has {raw} entries for {request.Inputs.Count} inputs.");
        }
    }

    private static InputTensor BindInput(InferRequest request, int index, TensorSpec spec)
    {
        var (input, field) = (request.Inputs[index], $"inputs[{index}]");
        if (input.Datatype != spec.Datatype.Name())
        {
            throw MeshError.Invalid(
                $"{field}.datatype",
                $"inference input '{spec.Name}' data-type is '{Shown(input.Datatype)}', but model '{request.ModelName}' expects '{spec.Datatype.Name()}'.");
        }

        if (!spec.Accepts(input.Shape) || !TensorShape.TryCount(input.Shape, out var elements))
        {
            throw MeshError.Invalid(
                $"{field}.shape",
                $"unexpected shape for input '{spec.Name}' for model '{request.ModelName}'. Expected {TensorShape.Describe(spec.Shape)}, got {TensorShape.Describe(input.Shape)}.");
        }

        if (input.Contents is { } contents)
        {
            // Converted in the order of the inputs, so it lies where raw data would.
            request.Raw.Add(TypedContents.ToRaw(contents, spec.Datatype, elements, field));
        }

        var memory = request.Raw[index];
        if (spec.Datatype == Datatype.Bytes)
        {
            if (BytesTensor.Count(memory.Span) != elements)
            {
                throw MeshError.Invalid(
                    field, $"the data of input '{spec.Name}' is not {elements} elements, each a 4-byte length and its bytes.");
            }
        }
        else if (memory.Length != elements * spec.Datatype.Size())
        {
            throw MeshError.Invalid(
                field,
                $"unexpected total byte size {memory.Length} for input '{spec.Name}', expecting {elements * spec.Datatype.Size()} for model '{request.ModelName}'.");
        }

        return new InputTensor(memory, input.Shape);
    }

    private static int Rows(InputTensor[] inputs, InferRequest request, LoadedModel model)
    {
        if (!model.Model.HasRows)
        {
            return 1;
        }

        var rows = inputs[0].Shape[0];
        foreach (var input in inputs)
        {
            if (input.Shape[0] != rows)
            {
                throw MeshError.Invalid("inputs", $"the inputs of model '{request.ModelName}' have {rows} and {input.Shape[0]} rows; all must have the same.");
            }
        }

        return rows is >= 1 && rows <= model.MaxBatchRows
            ? (int)rows
            : throw MeshError.Invalid("inputs", $"inference request batch-size must be 1 to {model.MaxBatchRows} for '{request.ModelName}', not {rows}.");
    }

    /// <summary>The protocol's reserved parameter "timeout": microseconds a request may wait in the queue; 0 is for ever.</summary>
    private static TimeSpan QueueTimeout(InferRequest request)
    {
        if (request.Parameters is null || !request.Parameters.TryGetValue(Timeout, out var value))
        {
            return TimeSpan.Zero;
        }

        var microseconds = value.ParameterChoiceCase switch
        {
            InferParameter.ParameterChoiceOneofCase.Int64Param => value.Int64Param,
            InferParameter.ParameterChoiceOneofCase.Uint64Param => (long)Math.Min(value.Uint64Param, long.MaxValue),
            _ => -1,
        };
        return microseconds >= 0
            ? TimeSpan.FromMicroseconds(Math.Min(microseconds, TimeSpan.MicrosecondsPerDay))
            : throw MeshError.Invalid($"parameters.{Timeout}", "must be a number of microseconds, 0 or more.");
    }

    private static string Shown(string name) => name.Length <= 80 ? name : name[..80] + "…";
}
