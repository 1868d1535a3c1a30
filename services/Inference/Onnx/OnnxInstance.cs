using Mesh.Inference.Batching;
using Mesh.Inference.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Mesh.Inference.Onnx;

/// <summary>
/// Runs batches of one model. Inputs of fixed-size elements are read where they are: a lone request's own memory, or one
/// buffer into which a batch's rows were copied. Outputs of a known size are written straight into the memory that the
/// answers are sent from.
/// </summary>
internal sealed class OnnxInstance : IModelInstance, IDisposable
{
    private readonly OnnxModel model;
    private readonly RunOptions options = new();
    private readonly OrtValue[] inputs;
    private readonly OrtValue[] outputs;
    private readonly long[][] outputShapes;
    private readonly bool knowsOutputs;

    public OnnxInstance(OnnxModel model)
    {
        this.model = model;
        inputs = new OrtValue[model.Inputs.Length];
        outputs = new OrtValue[model.Outputs.Length];
        outputShapes = [.. model.Outputs.Select(output => output.Shape)];
        knowsOutputs = model.HasRows && model.Outputs.All(output => output.FixedBytes > 0);
    }

    public OutputTensor[][] Run(ReadOnlySpan<BatchRequest> batch)
    {
        var rows = 0;
        foreach (var request in batch)
        {
            rows += request.Rows;
        }

        var rented = new TensorMemory?[inputs.Length];
        try
        {
            for (var i = 0; i < inputs.Length; i++)
            {
                inputs[i] = Bind(i, batch, rows, ref rented[i]);
            }

            return knowsOutputs ? RunInto(batch, rows) : RunAndCopy(batch);
        }
        catch (OnnxRuntimeException e)
        {
            throw OnnxErrors.OfRun(e);
        }
        finally
        {
            Release(inputs);
            foreach (var memory in rented)
            {
                memory?.Release();
            }
        }
    }

    public void Dispose() => options.Dispose();

    private OrtValue Bind(int index, ReadOnlySpan<BatchRequest> batch, int rows, ref TensorMemory? rented)
    {
        var spec = model.Inputs[index];
        var first = batch[0].Inputs[index];
        if (batch.Length == 1)
        {
            return Wrap(spec, first.Memory, first.Shape);
        }

        var bytes = 0;
        foreach (var request in batch)
        {
            bytes = checked(bytes + request.Inputs[index].Memory.Length);
        }

        rented = TensorMemory.Rent(bytes);
        var destination = rented.Span;
        foreach (var request in batch)
        {
            var source = request.Inputs[index].Memory.Span;
            source.CopyTo(destination);
            destination = destination[source.Length..];
        }

        return Wrap(spec, rented, [rows, .. first.Shape.AsSpan(1)]);
    }

    private static OrtValue Wrap(TensorSpec spec, TensorMemory memory, long[] shape) => spec.Datatype == Datatype.Bytes
        ? StringTensor.Create(memory.Span, shape)
        : OrtValue.CreateTensorValueWithData(OnnxEnvironment.CpuMemory, spec.Datatype.ToElementType(), shape, memory.Address, memory.Length);

    private OutputTensor[][] RunInto(ReadOnlySpan<BatchRequest> batch, int rows)
    {
        var memory = new TensorMemory[outputs.Length];
        try
        {
            for (var i = 0; i < outputs.Length; i++)
            {
                var spec = model.Outputs[i];
                memory[i] = TensorMemory.Rent(checked((int)(rows * spec.FixedBytes)));
                outputs[i] = Wrap(spec, memory[i], [rows, .. spec.Shape.AsSpan(1)]);
            }

            model.Run(options, inputs, outputs);
            return Split(batch, memory, outputShapes);
        }
        finally
        {
            Release(outputs);
            foreach (var shared in memory)
            {
                shared?.Release();
            }
        }
    }

    /// <summary>For outputs whose size only the run decides: the runtime allocates them, and one copy frees its memory at once.</summary>
    private OutputTensor[][] RunAndCopy(ReadOnlySpan<BatchRequest> batch)
    {
        using var results = model.Run(options, inputs);
        var memory = new TensorMemory[results.Count];
        var shapes = new long[results.Count][];
        try
        {
            for (var i = 0; i < results.Count; i++)
            {
                shapes[i] = results[i].GetTensorTypeAndShape().Shape;
                memory[i] = model.Outputs[i].Datatype == Datatype.Bytes
                    ? StringTensor.Read(results[i])
                    : TensorMemory.Of(results[i].GetTensorMutableRawData());
            }

            return Split(batch, memory, shapes);
        }
        finally
        {
            foreach (var shared in memory)
            {
                shared?.Release();
            }
        }
    }

    /// <summary>Gives each request its rows of the shared memory.</summary>
    private OutputTensor[][] Split(ReadOnlySpan<BatchRequest> batch, TensorMemory[] memory, long[][] shapes)
    {
        var answers = new OutputTensor[batch.Length][];
        for (var r = 0; r < batch.Length; r++)
        {
            answers[r] = new OutputTensor[memory.Length];
        }

        var rows = 0L;
        foreach (var request in batch)
        {
            rows += request.Rows;
        }

        for (var i = 0; i < memory.Length; i++)
        {
            var spec = model.Outputs[i];
            if (!model.HasRows)
            {
                answers[0][i] = new OutputTensor(spec, shapes[i], memory[i].Retain(), 0, memory[i].Length);
                continue;
            }

            if (!knowsOutputs && (shapes[i].Length == 0 || shapes[i][0] != rows))
            {
                throw new InvalidOperationException($"Output {spec.Name} is {TensorShape.Describe(shapes[i])} for {rows} rows.");
            }

            var offset = 0;
            for (var r = 0; r < batch.Length; r++)
            {
                long[] shape = [batch[r].Rows, .. shapes[i].AsSpan(1)];
                var length = spec.Datatype == Datatype.Bytes
                    ? StringTensor.Bytes(memory[i].Span[offset..], shape)
                    : (int)(memory[i].Length / rows * batch[r].Rows);
                answers[r][i] = new OutputTensor(spec, shape, memory[i].Retain(), offset, length);
                offset += length;
            }
        }

        return answers;
    }

    private static void Release(OrtValue[] values)
    {
        foreach (ref var value in values.AsSpan())
        {
            value?.Dispose();
            value = null!;
        }
    }
}
