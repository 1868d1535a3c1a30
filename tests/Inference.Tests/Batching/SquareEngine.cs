using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Mesh.Inference.Batching;
using Mesh.Inference.Tensors;
using Mesh.Tests.Shared;

namespace Mesh.Inference.Tests.Batching;

/// <summary>Squares INT32s, records what it ran, and can be held up.</summary>
internal sealed class SquareEngine : IModelInstance
{
    public const int Poison = -1;

    private static readonly TensorSpec Output = new("y", Datatype.Int32, [-1]);

    private readonly ManualResetEventSlim open = new(true);
    private readonly ConcurrentQueue<int[]> batches = new();
    private int started;
    private int running;

    public int Requests { get; private set; }

    public int LastThread { get; private set; }

    public TensorMemory? LastMemory { get; private set; }

    /// <summary>The values of each batch that was answered.</summary>
    public int[][] Batches => [.. batches];

    public IDisposable Block()
    {
        open.Reset();
        return new Opener(open);
    }

    public Task StartedAsync(int runs) => Eventually.BecomesTrueAsync(() => Volatile.Read(ref started) >= runs, TimeSpan.FromSeconds(20), $"run {runs}");

    public OutputTensor[][] Run(ReadOnlySpan<BatchRequest> batch)
    {
        Assert.Equal(1, Interlocked.Increment(ref running));
        try
        {
            Interlocked.Increment(ref started);
            Assert.True(open.Wait(TimeSpan.FromSeconds(30)));
            var answers = new OutputTensor[batch.Length][];
            var seen = new List<int>();
            for (var r = 0; r < batch.Length; r++)
            {
                var input = batch[r].Inputs[0].Memory;
                var values = MemoryMarshal.Cast<byte, int>(input.Span);
                if (values.Contains(Poison))
                {
                    throw new InvalidOperationException("poison");
                }

                var output = TensorMemory.Rent(input.Length);
                for (var i = 0; i < values.Length; i++)
                {
                    MemoryMarshal.Cast<byte, int>(output.Span)[i] = values[i] * values[i];
                }

                seen.AddRange(values);
                answers[r] = [new OutputTensor(Output, [values.Length], output, 0, output.Length)];
            }

            LastThread = Environment.CurrentManagedThreadId;
            LastMemory = batch[^1].Inputs[0].Memory;
            Requests += batch.Length;
            batches.Enqueue([.. seen]);
            return answers;
        }
        finally
        {
            Interlocked.Decrement(ref running);
        }
    }

    private sealed class Opener(ManualResetEventSlim gate) : IDisposable
    {
        public void Dispose() => gate.Set();
    }
}

/// <summary>INT32 values, one a row, and the memory they lie in.</summary>
internal sealed class SquareRequest : IDisposable
{
    public SquareRequest(params int[] values)
        : this(TimeSpan.Zero, values)
    {
    }

    public SquareRequest(TimeSpan timeout, params int[] values)
        : this(values, [values.Length], timeout)
    {
    }

    public SquareRequest(int[] values, long[] shape, TimeSpan timeout = default)
    {
        Memory = TensorMemory.Of(MemoryMarshal.AsBytes<int>(values));
        Batch = new BatchRequest([new InputTensor(Memory, shape)], (int)shape[0]) { QueueTimeout = timeout };
    }

    public TensorMemory Memory { get; }

    public BatchRequest Batch { get; }

    public static int[] Read(OutputTensor[] outputs)
    {
        var values = MemoryMarshal.Cast<byte, int>(outputs[0].Bytes).ToArray();
        outputs[0].Release();
        return values;
    }

    public void Dispose() => Memory.Release();
}
