using Mesh.Inference.Batching;
using Mesh.Inference.Onnx;
using Mesh.Inference.Tensors;

namespace Mesh.Inference.Serving;

/// <summary>
/// The first runs of a model, before any request: one row and a full batch of zeros. They fill the arena, and a model
/// that cannot run at all is found here. Models with other variable dimensions are not run: no size is sure to suit them.
/// </summary>
internal static class WarmUp
{
    /// <exception cref="ModelLoadException">The model fails, or answers in another shape than its signature says.</exception>
    public static void Run(OnnxModel model, int mostRows, CancellationToken cancel)
    {
        if (model.Inputs.Any(input => input.FixedBytes < 0))
        {
            return;
        }

        using var instance = new OnnxInstance(model);
        foreach (var rows in new[] { 1, mostRows }.Distinct())
        {
            cancel.ThrowIfCancellationRequested();
            Run(instance, model, rows);
        }
    }

    private static void Run(OnnxInstance instance, OnnxModel model, int rows)
    {
        var inputs = new InputTensor[model.Inputs.Length];
        try
        {
            for (var i = 0; i < inputs.Length; i++)
            {
                inputs[i] = Zeros(model.Inputs[i], rows);
            }

            foreach (var output in instance.Run([new BatchRequest(inputs, rows)])[0])
            {
                output.Release();
                if (!output.Spec.Accepts(output.Shape))
                {
                    throw new ModelLoadException(
                        $"model.onnx: output {output.Spec.Name} came out as {TensorShape.Describe(output.Shape)}, not {TensorShape.Describe(output.Spec.Shape)}");
                }
            }
        }
        catch (Exception e) when (e is not (ModelLoadException or OperationCanceledException or OutOfMemoryException))
        {
            var problem = e is Microsoft.ML.OnnxRuntime.OnnxRuntimeException onnx ? OnnxErrors.Describe(onnx) : e.Message;
            throw new ModelLoadException($"model.onnx: a run on {rows} rows of zeros failed: {problem}", e);
        }
        finally
        {
            foreach (var input in inputs)
            {
                input.Memory?.Release();
            }
        }
    }

    private static InputTensor Zeros(TensorSpec spec, int rows)
    {
        var count = spec.HasRows ? rows : 1;
        var memory = TensorMemory.Rent(checked((int)(spec.FixedBytes * count)));
        memory.Span.Clear();
        return new InputTensor(memory, spec.HasRows ? [rows, .. spec.Shape.AsSpan(1)] : spec.Shape);
    }
}
