using Mesh.Inference.Batching;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.Inference.Tests.Batching;

public class BatcherTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_lone_request_runs_on_its_own_thread_and_memory()
    {
        var engine = new SquareEngine();
        using var batcher = Batcher([engine]);
        using var request = new SquareRequest(3);
        var answer = batcher.SubmitAsync(request.Batch, Cancel);

        Assert.True(answer.IsCompletedSuccessfully);
        AssertValues(SquareRequest.Read(await answer), 9);
        Assert.Equal(Environment.CurrentManagedThreadId, engine.LastThread);
        Assert.Same(request.Memory, engine.LastMemory);
    }

    [Fact]
    public async Task Requests_that_wait_become_one_batch_in_order_of_arrival()
    {
        var engine = new SquareEngine();
        using var batcher = Batcher([engine], new BatchLimits(4, 100, TimeSpan.Zero));
        using var busy = engine.Block();
        var first = Submit(batcher, 1);
        await engine.StartedAsync(1);
        var rest = Enumerable.Range(2, 6).Select(i => Submit(batcher, i)).ToArray();
        Assert.True(SpinWait.SpinUntil(() => batcher.QueuedRows == 6, Patience));
        busy.Dispose();

        AssertValues(await first, 1);
        for (var i = 0; i < rest.Length; i++)
        {
            AssertValues(await rest[i], (i + 2) * (i + 2));
        }

        Assert.Equal([[1], [2, 3, 4, 5], [6, 7]], engine.Batches);
    }

    [Fact]
    public async Task A_request_is_never_split_and_never_overtaken()
    {
        var engine = new SquareEngine();
        using var batcher = Batcher([engine], new BatchLimits(4, 100, TimeSpan.Zero));
        using var busy = engine.Block();
        var first = Submit(batcher, 1);
        await engine.StartedAsync(1);
        var (a, b, c) = (Submit(batcher, 2, 3), Submit(batcher, 4, 5, 6), Submit(batcher, 7));
        busy.Dispose();
        await Task.WhenAll(first, a, b, c);

        // [7] would fit beside [2, 3], but [4, 5, 6] came before it.
        Assert.Equal([[1], [2, 3], [4, 5, 6, 7]], engine.Batches);
        AssertValues(await b, 16, 25, 36);
    }

    [Fact]
    public async Task A_full_queue_turns_away_at_once_with_a_time_to_retry()
    {
        var engine = new SquareEngine();
        using var batcher = Batcher([engine], new BatchLimits(2, 2, TimeSpan.Zero));
        using var busy = engine.Block();
        var running = Submit(batcher, 1);
        await engine.StartedAsync(1);
        var waiting = Submit(batcher, 2, 3);
        using var late = new SquareRequest(4);
        var refused = await Assert.ThrowsAsync<MeshException>(() => batcher.SubmitAsync(late.Batch, Cancel));

        Assert.Equal("QUEUE_FULL", refused.Reason);
        Assert.Equal(Grpc.Core.StatusCode.Unavailable, refused.Code);
        Assert.InRange(refused.RetryAfter!.Value.TotalMilliseconds, 10, 5000);
        busy.Dispose();
        AssertValues(await waiting, 4, 9);
        AssertValues(await running, 1);
        AssertValues(SquareRequest.Read(await batcher.SubmitAsync(late.Batch, Cancel)), 16);
    }

    [Fact]
    public async Task Who_cancels_leaves_the_queue_and_makes_room()
    {
        var engine = new SquareEngine();
        using var batcher = Batcher([engine], new BatchLimits(8, 8, TimeSpan.Zero));
        using var busy = engine.Block();
        var running = Submit(batcher, 1);
        await engine.StartedAsync(1);
        using var leaving = new CancellationTokenSource();
        using var request = new SquareRequest(2, 3, 4, 5, 6, 7, 8, 9);
        var cancelled = batcher.SubmitAsync(request.Batch, leaving.Token);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal(0, batcher.QueuedRows);
        var next = Submit(batcher, 10);
        busy.Dispose();
        AssertValues(await next, 100);
        await running;
        Assert.Equal([[1], [10]], engine.Batches);
    }

    [Fact]
    public async Task Who_waited_longer_than_allowed_is_not_run()
    {
        var clock = new ManualTime();
        var engine = new SquareEngine();
        using var batcher = Batcher([engine], new BatchLimits(8, 8, TimeSpan.Zero), clock);
        using var busy = engine.Block();
        var running = Submit(batcher, 1);
        await engine.StartedAsync(1);
        using var hasty = new SquareRequest(TimeSpan.FromMilliseconds(5), 2);
        using var patient = new SquareRequest(TimeSpan.FromSeconds(5), 3);
        var (expired, kept) = (batcher.SubmitAsync(hasty.Batch, Cancel), batcher.SubmitAsync(patient.Batch, Cancel));
        clock.Advance(TimeSpan.FromSeconds(1));
        busy.Dispose();

        var refused = await Assert.ThrowsAsync<MeshException>(() => expired);
        Assert.Equal("QUEUE_TIMEOUT", refused.Reason);
        AssertValues(SquareRequest.Read(await kept), 9);
        await running;
        Assert.Equal([[1], [3]], engine.Batches);
    }

    [Fact]
    public async Task A_delay_gathers_requests_until_it_is_over_or_the_batch_is_full()
    {
        var clock = new ManualTime();
        var engine = new SquareEngine();
        using var batcher = Batcher([engine], new BatchLimits(3, 100, TimeSpan.FromMilliseconds(20)), clock);
        var early = new[] { Submit(batcher, 1), Submit(batcher, 2) };
        Assert.Empty(engine.Batches);
        clock.Advance(TimeSpan.FromMilliseconds(20));
        await Task.WhenAll(early);
        Assert.Equal([[1, 2]], engine.Batches);

        // A full batch does not wait.
        var full = new[] { Submit(batcher, 3), Submit(batcher, 4), Submit(batcher, 5) };
        await Task.WhenAll(full);
        Assert.Equal([[1, 2], [3, 4, 5]], engine.Batches);
    }

    [Fact]
    public async Task Bad_data_fails_only_its_own_request()
    {
        var engine = new SquareEngine();
        using var batcher = Batcher([engine]);
        using var busy = engine.Block();
        var first = Submit(batcher, 1);
        await engine.StartedAsync(1);
        var (good, bad, other) = (Submit(batcher, 2), Submit(batcher, SquareEngine.Poison), Submit(batcher, 3));
        busy.Dispose();

        AssertValues(await first, 1);
        AssertValues(await good, 4);
        AssertValues(await other, 9);
        await Assert.ThrowsAsync<InvalidOperationException>(() => bad);
    }

    [Fact]
    public async Task Requests_of_different_shapes_do_not_share_a_batch()
    {
        var engine = new SquareEngine();
        using var batcher = Batcher([engine]);
        using var busy = engine.Block();
        var first = Submit(batcher, 1);
        await engine.StartedAsync(1);
        using var wide = new SquareRequest([5, 6], [1, 2]);
        var (a, b, c) = (Submit(batcher, 2), batcher.SubmitAsync(wide.Batch, Cancel), Submit(batcher, 3));
        busy.Dispose();
        await Task.WhenAll(first, a, c);
        AssertValues(SquareRequest.Read(await b), 25, 36);
        Assert.Equal([[1], [2], [5, 6], [3]], engine.Batches);
    }

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(2, 8, 0)]
    [InlineData(3, 16, 1)]
    public async Task Under_load_every_request_gets_its_own_answer_exactly_once(int instances, int maxRows, int delayMilliseconds)
    {
        var engines = Enumerable.Range(0, instances).Select(_ => new SquareEngine()).ToArray();
        using var batcher = Batcher(engines, new BatchLimits(maxRows, 64, TimeSpan.FromMilliseconds(delayMilliseconds)));
        var (answered, cancelled, refused) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 400; i++)
            {
                var values = Enumerable.Range(0, random.Next(1, Math.Min(4, maxRows) + 1)).Select(_ => random.Next(1, 30000)).ToArray();
                using var request = new SquareRequest(values);
                using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
                try
                {
                    var answer = batcher.SubmitAsync(request.Batch, leaving.Token);
                    if (random.Next(8) == 0)
                    {
                        await leaving.CancelAsync();
                    }

                    Assert.Equal(values.Select(v => v * v), SquareRequest.Read(await answer));
                    Interlocked.Increment(ref answered);
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref cancelled);
                }
                catch (MeshException e) when (e.Reason == "QUEUE_FULL")
                {
                    Interlocked.Increment(ref refused);
                }
            }
        })));

        Assert.Equal(16 * 400, answered + cancelled + refused);
        Assert.True(answered > 16 * 200, $"{answered} answered, {cancelled} cancelled, {refused} refused");
        Assert.Equal(0, batcher.QueuedRows);
        // Each answered request ran exactly once, and nothing else ran; every batch kept to its limit.
        Assert.Equal(answered, engines.Sum(engine => engine.Requests));
        Assert.All(engines.SelectMany(engine => engine.Batches), batch => Assert.InRange(batch.Length, 1, maxRows));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static void AssertValues(int[] actual, params int[] expected) => Assert.Equal(expected, actual);

    private static Batcher Batcher(SquareEngine[] engines, BatchLimits? limits = null, TimeProvider? time = null) =>
        new("projects/p/deployments/d", engines, limits ?? new BatchLimits(64, 1024, TimeSpan.Zero), time ?? TimeProvider.System);

    /// <summary>
    /// Submits, and returns when the request is in the queue, in the engine, or answered. On a thread of its own: who finds
    /// the engine free runs it, and may be held up in it.
    /// </summary>
    private static Task<int[]> Submit(Batcher batcher, params int[] values)
    {
        var request = new SquareRequest(values);
        var submitted = Task.Run(() => batcher.SubmitAsync(request.Batch, Cancel));
        if (!SpinWait.SpinUntil(() => submitted.IsCompleted || request.Batch.EnqueuedAt != 0, Patience))
        {
            Assert.Fail("The request was not taken.");
        }

        return Answer();

        async Task<int[]> Answer()
        {
            using (request)
            {
                return SquareRequest.Read(await submitted);
            }
        }
    }
}
