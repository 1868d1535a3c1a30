using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Mesh.Trainer.Batches;

/// <summary>
/// Prepares batches ahead of the training step on a thread of its own: gathers uint8 rows from the memory map into a
/// reused buffer and converts them straight into the tensor. Holds at most <see cref="Depth"/> batches.
/// </summary>
public sealed class BatchLoader : IDisposable
{
    /// <summary>Two hide a batch that takes up to two steps to prepare; the third is being filled.</summary>
    private const int Depth = 2;

    // A blocking queue, not an asynchronous channel: the training thread must not await (dispose scopes are per thread).
    private readonly BlockingCollection<Batch> ready = new(Depth);
    private readonly CancellationTokenSource stopping = new();
    private readonly SampleSource source;
    private readonly SampleOrder order;
    private readonly Thread thread;
    private ExceptionDispatchInfo? failure;

    /// <summary>Starts at once, with batch <paramref name="first"/> of the order.</summary>
    public BatchLoader(SampleSource source, SampleOrder order, int first = 0)
    {
        this.source = source;
        this.order = order;
        thread = new Thread(() => Fill(first)) { IsBackground = true, Name = "batch loader" };
        thread.Start();
    }

    /// <summary>The batches in order; waits for each. Throws here what went wrong while reading.</summary>
    public IEnumerable<Batch> Batches()
    {
        foreach (var batch in ready.GetConsumingEnumerable()) yield return batch;
        failure?.Throw();
    }

    public void Dispose()
    {
        stopping.Cancel();
        thread.Join();
        while (ready.TryTake(out var unused)) unused.Dispose();
        ready.Dispose();
        stopping.Dispose();
    }

    private void Fill(int first)
    {
        var scratch = Array.Empty<byte>();
        try
        {
            for (var index = first; index < order.Batches; index++)
            {
                var batch = Read(order.Batch(index), ref scratch);
                try
                {
                    ready.Add(batch, stopping.Token);
                }
                catch (OperationCanceledException)
                {
                    batch.Dispose();
                    return;
                }
            }
        }
        catch (Exception error)
        {
            failure = ExceptionDispatchInfo.Capture(error);
        }
        finally
        {
            ready.CompleteAdding();
        }
    }

    private Batch Read(ReadOnlyMemory<int> samples, ref byte[] scratch)
    {
        var bytes = checked(samples.Length * source.Shape.Elements);
        if (scratch.Length < bytes) scratch = new byte[bytes];
        var batch = new Batch(samples,
            torch.empty(source.Shape.WithBatch(samples.Length), torch.float32),
            torch.empty([samples.Length], torch.int64));
        try
        {
            source.Read(samples.Span, scratch.AsSpan(0, bytes),
                MemoryMarshal.Cast<byte, float>(batch.Inputs.bytes), MemoryMarshal.Cast<byte, long>(batch.Labels.bytes));
            return batch;
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }
}
