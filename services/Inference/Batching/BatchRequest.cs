using System.Diagnostics;
using Mesh.Inference.Tensors;

namespace Mesh.Inference.Batching;

/// <summary>One input of a request, in the model's order. The request's owner keeps the memory until the answer is there.</summary>
internal readonly record struct InputTensor(TensorMemory Memory, long[] Shape);

/// <summary>A request that waits for a batch or is in one. Its rows are never split.</summary>
internal sealed class BatchRequest
{
    private readonly TaskCompletionSource<OutputTensor[]> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public BatchRequest(InputTensor[] inputs, int rows)
    {
        Inputs = inputs;
        Rows = rows;
        Node = new LinkedListNode<BatchRequest>(this);
        Parent = Activity.Current?.Context ?? default;
    }

    public InputTensor[] Inputs { get; }

    /// <summary>What it counts in a batch and in the queue.</summary>
    public int Rows { get; }

    /// <summary>The longest it may wait for a batch; zero is for ever.</summary>
    public TimeSpan QueueTimeout { get; init; }

    /// <summary>The span that the run belongs to.</summary>
    public ActivityContext Parent { get; }

    /// <summary>The model's outputs in its order; the awaiter releases them.</summary>
    public Task<OutputTensor[]> Task => completion.Task;

    /// <summary>Its place in the queue; in no list once taken or gone. Guarded by the batcher's lock.</summary>
    internal LinkedListNode<BatchRequest> Node { get; }

    /// <summary>Timestamp of the clock. Guarded by the batcher's lock.</summary>
    internal long EnqueuedAt { get; set; }

    /// <summary>Whether both can be rows of one tensor: all dimensions but the first are the same.</summary>
    public bool Fits(BatchRequest other)
    {
        for (var i = 0; i < Inputs.Length; i++)
        {
            if (!Inputs[i].Shape.AsSpan(1).SequenceEqual(other.Inputs[i].Shape.AsSpan(1)))
            {
                return false;
            }
        }

        return true;
    }

    internal void Answer(OutputTensor[] outputs) => completion.SetResult(outputs);

    internal void Fail(Exception error) => completion.SetException(error);

    internal void Cancel(CancellationToken cancel) => completion.SetCanceled(cancel);
}
