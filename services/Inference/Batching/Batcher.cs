using Mesh.Inference.Tensors;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.Inference.Batching;

/// <summary>
/// Turns single requests into batches: one bounded queue per model, and whoever finds an instance free forms the next
/// batch and runs it on its own thread, so at low load a request never changes threads.
/// <list type="number">
/// <item>Admit: a request that does not fit into the queue is turned away at once.</item>
/// <item>Claim: if an instance is free (and the batch is due), the caller takes it.</item>
/// <item>Form: requests leave the queue in order of arrival, as many as fit; who gave up or waited too long has no cost.</item>
/// <item>Run: on the claiming thread, without the lock. A failing batch is run again one by one, so that one request's
/// bad data fails only that request.</item>
/// <item>Answer: the caller's own result is simply there; the others continue on the pool.</item>
/// <item>Hand over: if requests wait, the instance goes to the back of the thread pool's queue, behind the answers just
/// given, so they go out before the next batch runs; otherwise it is free again.</item>
/// </list>
/// While all instances are busy the queue grows, and so does the next batch: load makes batches, not waiting.
/// </summary>
internal sealed class Batcher : IDisposable
{
    private readonly Lock gate = new();
    private readonly LinkedList<BatchRequest> queue = [];
    private readonly Stack<BatchSlot> idle = [];
    private readonly BatchLimits limits;
    private readonly BatchMetrics metrics;
    private readonly TimeProvider time;
    private readonly ITimer? delay;
    private readonly int instances;
    private int queuedRows;
    private double averageRunSeconds;

    /// <param name="deployment">Names the metrics.</param>
    public Batcher(string deployment, IReadOnlyList<IModelInstance> instances, BatchLimits limits, TimeProvider time)
    {
        (this.limits, this.time, this.instances) = (limits, time, instances.Count);
        metrics = new BatchMetrics(deployment);
        foreach (var instance in instances)
        {
            idle.Push(new BatchSlot(this, instance));
        }

        delay = limits.MaxDelay > TimeSpan.Zero
            ? time.CreateTimer(_ => OnDelayOver(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan)
            : null;
    }

    /// <summary>Rows that wait now.</summary>
    public int QueuedRows => Volatile.Read(ref queuedRows);

    /// <summary>
    /// The outputs of <paramref name="request"/>; may run a batch before it returns. Cancelling takes a waiting request
    /// out of the queue; one that runs is finished first.
    /// </summary>
    /// <exception cref="MeshException">UNAVAILABLE: QUEUE_FULL (at once) or QUEUE_TIMEOUT.</exception>
    public Task<OutputTensor[]> SubmitAsync(BatchRequest request, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        BatchSlot? slot;
        lock (gate)
        {
            if (queuedRows + request.Rows > limits.MaxQueueRows)
            {
                throw QueueFull();
            }

            request.EnqueuedAt = time.GetTimestamp();
            queue.AddLast(request.Node);
            queuedRows += request.Rows;
            slot = ClaimIfDue();
        }

        if (slot is not null)
        {
            RunNext(slot);
        }

        if (!request.Task.IsCompleted && cancel.CanBeCanceled)
        {
            // Only requests that really wait pay for this. A late cancellation finds the request in no queue and does
            // nothing, so the registration can stay until the call's token goes.
            cancel.UnsafeRegister(static (state, token) =>
            {
                var (batcher, request) = ((Batcher, BatchRequest))state!;
                batcher.GiveUp(request, token);
            }, (this, request));
        }

        return request.Task;
    }

    public void Dispose() => delay?.Dispose();

    /// <summary>Steps 3 to 6, on the calling thread.</summary>
    internal void RunNext(BatchSlot slot)
    {
        List<BatchRequest>? expired = null;
        lock (gate)
        {
            Form(slot.Batch, ref expired);
        }

        foreach (var request in expired ?? [])
        {
            request.Fail(MeshError.Unavailable("QUEUE_TIMEOUT", "The request waited longer than its timeout allows.", RetryAfter()));
        }

        if (slot.Batch.Count > 0)
        {
            Run(slot);
            slot.Batch.Clear();
        }

        bool more;
        lock (gate)
        {
            more = IsDue();
            if (!more)
            {
                idle.Push(slot);
            }
        }

        if (more)
        {
            ThreadPool.UnsafeQueueUserWorkItem(slot, preferLocal: false);
        }
    }

    private void Form(List<BatchRequest> batch, ref List<BatchRequest>? expired)
    {
        var now = time.GetTimestamp();
        var rows = 0;
        while (queue.First?.Value is { } request)
        {
            var waited = time.GetElapsedTime(request.EnqueuedAt, now);
            if (request.QueueTimeout > TimeSpan.Zero && waited > request.QueueTimeout)
            {
                Leave(request);
                (expired ??= []).Add(request);
                continue;
            }

            // A batch always takes its first request, whatever its size; the next one only if it fits.
            if (batch.Count > 0 && (rows + request.Rows > limits.MaxBatchRows || !batch[0].Fits(request)))
            {
                break;
            }

            Leave(request);
            batch.Add(request);
            rows += request.Rows;
            metrics.Queued(waited);
        }
    }

    private void Run(BatchSlot slot)
    {
        var batch = slot.Requests;
        var started = time.GetTimestamp();
        try
        {
            using var span = BatchMetrics.StartRun(batch);
            var outputs = slot.Instance.Run(batch);
            for (var i = 0; i < batch.Length; i++)
            {
                batch[i].Answer(outputs[i]);
            }
        }
        catch (Exception e) when (batch.Length == 1)
        {
            batch[0].Fail(e);
        }
        catch
        {
            RunOneByOne(slot);
        }

        var elapsed = time.GetElapsedTime(started);
        averageRunSeconds += 0.1 * (elapsed.TotalSeconds - averageRunSeconds);
        metrics.Ran(batch, elapsed);
    }

    private static void RunOneByOne(BatchSlot slot)
    {
        for (var i = 0; i < slot.Requests.Length; i++)
        {
            var request = slot.Requests[i];
            try
            {
                request.Answer(slot.Instance.Run(slot.Requests.Slice(i, 1))[0]);
            }
            catch (Exception e)
            {
                request.Fail(e);
            }
        }
    }

    private void GiveUp(BatchRequest request, CancellationToken cancel)
    {
        lock (gate)
        {
            if (request.Node.List is null)
            {
                return;
            }

            Leave(request);
        }

        request.Cancel(cancel);
    }

    private void OnDelayOver()
    {
        BatchSlot? slot;
        lock (gate)
        {
            slot = ClaimIfDue();
        }

        if (slot is not null)
        {
            RunNext(slot);
        }
    }

    // Under the lock from here.
    private BatchSlot? ClaimIfDue() => idle.Count > 0 && IsDue() ? idle.Pop() : null;

    /// <summary>Whether a batch should run now; sets the alarm when only the delay is missing.</summary>
    private bool IsDue()
    {
        if (queue.First?.Value is not { } oldest)
        {
            return false;
        }

        if (delay is null || queuedRows >= limits.MaxBatchRows)
        {
            return true;
        }

        var left = limits.MaxDelay - time.GetElapsedTime(oldest.EnqueuedAt);
        if (left <= TimeSpan.Zero)
        {
            return true;
        }

        // A timer fires on whole milliseconds: rounded up, or it would find the batch not yet due.
        delay.Change(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
        return false;
    }

    private void Leave(BatchRequest request)
    {
        queue.Remove(request.Node);
        queuedRows -= request.Rows;
    }

    private MeshException QueueFull() => MeshError.Unavailable(
        "QUEUE_FULL", $"{queuedRows} rows wait already; at most {limits.MaxQueueRows} may.", RetryAfter());

    /// <summary>About how long the queue now takes.</summary>
    private TimeSpan RetryAfter()
    {
        var batches = (double)queuedRows / limits.MaxBatchRows / instances;
        return TimeSpan.FromSeconds(Math.Clamp(batches * averageRunSeconds, 0.01, 5));
    }
}
