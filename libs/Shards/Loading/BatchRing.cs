using System.Runtime.ExceptionServices;

namespace Mesh.Shards.Loading;

/// <summary>
/// The batches that go round between a loader and its consumer: free, being loaded, ready, taken, free again. Each side waits here until the other has
/// something for it. Allocates nothing once all batches are in it.
/// </summary>
/// <param name="size">How many batches go round.</param>
internal sealed class BatchRing(int size)
{
    private readonly object gate = new();

    // Last in, first out: the batch that came back last is the one that the processor's cache still has.
    private readonly Stack<LoadedBatch> free = new(size);
    private readonly Queue<LoadedBatch> ready = new(size);
    private ExceptionDispatchInfo? failure;
    private int taken;
    private bool complete = size == 0;
    private bool closed;

    /// <summary>Puts a new batch into the ring.</summary>
    public void Add(LoadedBatch batch)
    {
        batch.Ring = this;
        lock (gate)
        {
            free.Push(batch);
        }
    }

    /// <summary>For the loader: waits for a batch to load. Null once the ring is closed.</summary>
    public LoadedBatch? TakeFree()
    {
        lock (gate)
        {
            while (free.Count == 0 && !closed)
            {
                Monitor.Wait(gate);
            }
            return closed ? null : free.Pop();
        }
    }

    /// <summary>For the loader: a batch is loaded; none comes after <paramref name="last"/>.</summary>
    public void AddReady(LoadedBatch batch, bool last)
    {
        lock (gate)
        {
            ready.Enqueue(batch);
            complete = last;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>For the loader: no more batches come. The consumer gets those that are ready, then the failure if there is one.</summary>
    public void Complete(Exception? error = null)
    {
        lock (gate)
        {
            failure = error is null ? null : ExceptionDispatchInfo.Capture(error);
            complete = true;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>For the consumer: waits for the next batch. Null after the last.</summary>
    public LoadedBatch? TakeReady(CancellationToken cancel)
    {
        lock (gate)
        {
            while (true)
            {
                ObjectDisposedException.ThrowIf(closed, typeof(BatchLoader<>));
                cancel.ThrowIfCancellationRequested();
                if (ready.TryDequeue(out var batch))
                {
                    taken++;
                    batch.Taken = true;
                    return batch;
                }
                if (complete)
                {
                    failure?.Throw();
                    return null;
                }
                if (taken == size)
                {
                    throw new InvalidOperationException($"The consumer has all {size} batches; it disposes one before it takes another.");
                }
                Monitor.Wait(gate);
            }
        }
    }

    /// <summary>For the consumer: it is done with a batch. Does nothing for one that it does not have.</summary>
    public void Return(LoadedBatch batch)
    {
        lock (gate)
        {
            if (!batch.Taken)
            {
                return;
            }
            batch.Taken = false;
            taken--;
            if (!closed)
            {
                free.Push(batch);
                Monitor.PulseAll(gate);
                return;
            }
        }
        batch.Free();
    }

    /// <summary>Lets everybody who waits look again: at a cancellation.</summary>
    public void Wake()
    {
        lock (gate)
        {
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Ends both sides' waiting.</summary>
    public void Close()
    {
        lock (gate)
        {
            closed = true;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Frees all batches but those that the consumer has, which are freed when it disposes them. For a closed ring whose loader has ended.</summary>
    public void Free()
    {
        lock (gate)
        {
            while (free.TryPop(out var batch) || ready.TryDequeue(out batch))
            {
                batch.Free();
            }
        }
    }
}
