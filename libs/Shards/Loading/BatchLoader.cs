namespace Mesh.Shards.Loading;

/// <summary>
/// Loads the batches of an epoch ahead of their consumer, on a thread of its own, into a few batches of memory that go round: the consumer gets one,
/// uses it and hands it back by disposing it. Allocates nothing per batch. For one consumer.
/// </summary>
/// <typeparam name="TBatch">What a batch holds of its samples, and the work that is done on the loader's thread: see <see cref="LoadedBatch.Load"/>.</typeparam>
public class BatchLoader<TBatch> : IDisposable
    where TBatch : LoadedBatch
{
    /// <summary>One is with the consumer, one is being loaded; the two between hide a batch that takes up to two steps to load.</summary>
    public const int DefaultDepth = 4;

    private readonly BatchRing ring;
    private readonly Thread thread;

    /// <summary>Starts at once.</summary>
    /// <param name="order">The samples of each batch.</param>
    /// <param name="create">A new batch with memory for so many samples; called on the loader's thread, at most <paramref name="depth"/> times.</param>
    /// <param name="first">The cursor: how many batches of the epoch are done.</param>
    /// <param name="rank">Whose part of each batch is loaded.</param>
    /// <param name="worldSize">How many ranks there are.</param>
    /// <param name="depth">How many batches are in memory. At least 2, or nothing is loaded ahead.</param>
    public BatchLoader(SampleOrder order, Func<int, TBatch> create, int first = 0, int rank = 0, int worldSize = 1, int depth = DefaultDepth)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, order.Batches);
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, worldSize);
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 2);
        var size = Math.Min(depth, order.Batches - first);
        ring = new BatchRing(size);
        thread = new Thread(() => Run(order, create, size, first, rank, worldSize)) { IsBackground = true, Name = "batch loader" };
        thread.Start();
    }

    /// <summary>The batches in order; waits for each. Throws here what went wrong while loading, after the batches that were loaded before.</summary>
    /// <exception cref="InvalidOperationException">The consumer kept all batches and asks for another.</exception>
    /// <exception cref="ObjectDisposedException">The loader is disposed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> asked to stop. The loader itself goes on until it is disposed.</exception>
    public IEnumerable<TBatch> Batches(CancellationToken cancel = default)
    {
        using var wake = cancel.UnsafeRegister(static ring => ((BatchRing)ring!).Wake(), ring);
        while (ring.TakeReady(cancel) is { } batch)
        {
            yield return (TBatch)batch;
        }
    }

    /// <summary>
    /// Stops the loading, waits for the batch that is being loaded, and frees all batches; those that the consumer has, when it disposes them.
    /// Not from within <see cref="LoadedBatch.Load"/>, which would wait for itself.
    /// </summary>
    public void Dispose()
    {
        ring.Close();
        thread.Join();
        ring.Free();
    }

    private void Run(SampleOrder order, Func<int, TBatch> create, int size, int first, int rank, int worldSize)
    {
        try
        {
            var largest = order.LargestPart(worldSize);
            for (var i = 0; i < size; i++)
            {
                ring.Add(create(largest));
            }
            for (var index = first; index < order.Batches && ring.TakeFree() is { } batch; index++)
            {
                batch.Samples = order.Batch(index, rank, worldSize);
                Load(batch);
                ring.AddReady(batch, last: index == order.Batches - 1);
            }
            ring.Complete();
        }
        catch (Exception error)
        {
            ring.Complete(error);
        }
    }

    private void Load(LoadedBatch batch)
    {
        try
        {
            batch.Load();
        }
        catch
        {
            // Back among the free ones, so that it is freed with them.
            ring.Add(batch);
            throw;
        }
    }
}
