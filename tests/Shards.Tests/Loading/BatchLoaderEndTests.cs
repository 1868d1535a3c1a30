using Mesh.Shards.Loading;
using Mesh.Tests.Shared;

namespace Mesh.Shards.Tests.Loading;

/// <summary>However a consumer leaves, nothing hangs and nothing stays.</summary>
public sealed class BatchLoaderEndTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_slow_loader_is_left_by_cancellation_and_by_disposal()
    {
        using var loading = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        using var stop = new CancellationTokenSource();
        var loader = new BatchLoader<HollowBatch>(SampleOrder.Sequential(9, 1), _ => new HollowBatch(_ =>
        {
            loading.Set();
            goOn.Wait();
        }));
        loading.Wait(Cancel);
        var cancelled = await StartWaitingAsync(() => loader.Batches(stop.Token).Count());
        var disposed = await StartWaitingAsync(() => loader.Batches(CancellationToken.None).Count());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(Patience, Cancel));

        var disposal = Task.Run(loader.Dispose, Cancel);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => disposed.WaitAsync(Patience, Cancel));
        Assert.False(disposal.IsCompleted);
        goOn.Set();
        await disposal.WaitAsync(Patience, Cancel);
        Assert.Throws<ObjectDisposedException>(() => loader.Batches(Cancel).First());
    }

    [Fact]
    public async Task Leaving_early_ends_the_thread_and_frees_each_batch_when_it_is_handed_back()
    {
        var made = new List<HollowBatch>();
        var loader = new BatchLoader<HollowBatch>(SampleOrder.Sequential(1_000_000, 1), _ =>
        {
            made.Add(new HollowBatch());
            return made[^1];
        });
        var kept = loader.Batches(Cancel).First();
        await Task.Run(loader.Dispose, Cancel).WaitAsync(Patience, Cancel);
        loader.Dispose();
        Assert.Equal(BatchLoader<HollowBatch>.DefaultDepth, made.Count);
        Assert.Equal(made.Where(batch => batch != kept), made.Where(batch => batch.Freed == 1));
        kept.Dispose();
        kept.Dispose();
        Assert.All(made, batch => Assert.Equal(1, batch.Freed));
    }

    [Fact]
    public void Many_epochs_leave_no_thread_and_no_batch_behind()
    {
        var (made, freed) = (0, 0);
        for (var epoch = 0; epoch < 200; epoch++)
        {
            var order = SampleOrder.Shuffled(20, 3, seed: 1, epoch);
            using var loader = new BatchLoader<HollowBatch>(order, _ =>
            {
                made++;
                return new HollowBatch(free: () => freed++);
            });
            foreach (var batch in loader.Batches(Cancel).Take(epoch % 9))
            {
                batch.Dispose();
            }
        }
        Assert.Equal(200 * BatchLoader<HollowBatch>.DefaultDepth, made);
        Assert.Equal(made, freed);
    }

    /// <summary>Runs on a thread of its own; returns once that waits.</summary>
    private static async Task<Task> StartWaitingAsync(Action action)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                action();
                ended.SetResult();
            }
            catch (Exception error)
            {
                ended.SetException(error);
            }
        })
        { IsBackground = true };
        thread.Start();
        await Eventually.BecomesTrueAsync(() => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin), Patience, "the consumer waits");
        return ended.Task;
    }
}
