using System.Collections.Concurrent;

namespace Mesh.Ingest.Tests.Formats;

/// <summary>Runs asynchronous work on the calling thread alone, so that what the thread allocates is the work's.</summary>
internal sealed class OneThread : SynchronizationContext
{
    private readonly BlockingCollection<(SendOrPostCallback Call, object? State)> _queue = [];

    public static void Run(Func<Task> work)
    {
        var before = Current;
        var context = new OneThread();
        SetSynchronizationContext(context);
        try
        {
            var task = work();
            task.ContinueWith(_ => context._queue.CompleteAdding(), TaskScheduler.Default);
            foreach (var (call, state) in context._queue.GetConsumingEnumerable())
            {
                call(state);
            }

            task.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    public override void Post(SendOrPostCallback d, object? state) => _queue.Add((d, state));
}
