using System.Diagnostics.Metrics;
using Mesh.Blobs;
using Mesh.ServiceDefaults.Errors;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Preprocessing.Tests.Processed;

/// <summary>Which blobs go and when, on both databases, whatever the store does and whoever dies.</summary>
public abstract class BlobCollectionTests(bool postgres)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string A { get; } = CollectionRig.Digest(10);

    private static string B { get; } = CollectionRig.Digest(11);

    private static string C { get; } = CollectionRig.Digest(12);

    [Fact]
    public async Task A_blob_goes_when_neither_a_dataset_nor_a_run_needs_it_whatever_else_is_under_way()
    {
        await using var rig = await CollectionRig.CreateAsync(postgres);
        await rig.ClaimAsync("first", A, B, C);
        await rig.ClaimAsync("second", B);
        await rig.EndAsync("first", "d", C);
        Assert.True(await rig.Collection().CollectAsync(Cancel));
        // The second run is under way all the time.
        Assert.Equal([A], rig.Store.Deleted);
        Assert.Equal(["0b second"], await rig.ClaimsAsync());

        await rig.EndAsync("second", null);
        await rig.DropAsync("d");
        await rig.Collection().CollectAsync(Cancel);
        Assert.Equal([A, B, C], rig.Store.Deleted.Order());
        Assert.Empty(await rig.ClaimsAsync());
    }

    [Fact]
    public async Task The_database_is_free_while_the_store_deletes_and_a_run_that_wants_the_blob_waits()
    {
        await using var rig = await CollectionRig.CreateAsync(postgres);
        await rig.ClaimAsync("first", A);
        await rig.EndAsync("first", null);
        var (asked, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        rig.Store.BeforeDelete = (_, _) =>
        {
            asked.SetResult();
            return answer.Task;
        };
        var collecting = rig.Collection().CollectAsync(Cancel);
        await asked.Task;

        await rig.ClaimAsync("second", B);
        var refused = await Assert.ThrowsAsync<MeshException>(() => rig.ClaimAsync("second", A));
        Assert.Equal("BLOB_BEING_DELETED", refused.Reason);
        // Another replica leaves it alone.
        Assert.True(await rig.Collection().CollectAsync(Cancel));

        answer.SetResult();
        Assert.True(await collecting);
        await rig.ClaimAsync("second", A);
        Assert.Equal(["0a second", "0b second"], await rig.ClaimsAsync());
        Assert.Equal([A], rig.Store.Deleted);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_given_up_and_one_that_fails_is_left_alone_for_a_while()
    {
        await using var rig = await CollectionRig.CreateAsync(postgres);
        await rig.ClaimAsync("first", A, B);
        await rig.EndAsync("first", null);
        var time = new ManualTime();
        rig.Store.BeforeDelete = (_, cancel) => Task.Delay(Timeout.Infinite, cancel);
        var collecting = rig.Collection(time).CollectAsync(Cancel);
        await Eventually.BecomesTrueAsync(() => time.Waiting > 0, TimeSpan.FromSeconds(30), "the deletion has a deadline");
        time.Advance(TimeSpan.FromSeconds(20));
        Assert.False(await collecting);

        // What became of the first, nobody knows; the second was not begun.
        var first = (await Assert.ThrowsAsync<MeshException>(() => rig.ClaimAsync("second", A, B))).Reason;
        Assert.Equal("BLOB_BEING_DELETED", first);
        rig.Store.BeforeDelete = (_, _) => throw new BlobStoreException("no");
        using var waiting = new Waiting();
        Assert.False(await rig.Collection().CollectAsync(Cancel));
        Assert.Equal(2, waiting.Blobs);
        Assert.Empty(rig.Store.Deleted);
        Assert.Equal(2, rig.Logs.Entries.Count);
        rig.Logs.AssertNoErrors();
    }

    [Fact]
    public async Task What_a_process_that_died_had_marked_is_first_free_to_be_claimed_and_then_deleted()
    {
        await using var rig = await CollectionRig.CreateAsync(postgres);
        await rig.ClaimAsync("first", A, B);
        await rig.EndAsync("first", null);
        await rig.MarkAsync(A, DateTimeOffset.UtcNow.AddMinutes(-4));
        await rig.MarkAsync(B, DateTimeOffset.UtcNow.AddMinutes(-2));
        await rig.Collection().CollectAsync(Cancel);
        Assert.Empty(rig.Store.Deleted);
        await rig.ClaimAsync("second", A);
        // A deletion of B may still be under way.
        await Assert.ThrowsAsync<MeshException>(() => rig.ClaimAsync("second", B));
        await rig.EndAsync("second", null);
        await rig.Collection().CollectAsync(Cancel);
        Assert.Equal([A], rig.Store.Deleted);
    }

    [Fact]
    public async Task A_digest_that_is_none_keeps_no_other_waiting()
    {
        await using var rig = await CollectionRig.CreateAsync(postgres);
        await rig.ClaimAsync("first", "no digest", B);
        await rig.EndAsync("first", null);
        Assert.True(await rig.Collection().CollectAsync(Cancel));
        Assert.Equal([B], rig.Store.Deleted);
    }

    [Fact]
    public async Task Many_blobs_go_in_one_pass()
    {
        await using var rig = await CollectionRig.CreateAsync(postgres);
        var digests = Enumerable.Range(0, 200).Select(CollectionRig.Digest).ToArray();
        await rig.ClaimAsync("first", digests);
        await rig.EndAsync("first", "d", digests);
        await rig.DropAsync("d");
        Assert.True(await rig.Collection().CollectAsync(Cancel));
        Assert.Equal(digests, rig.Store.Deleted.Order());
        Assert.Empty(await rig.ClaimsAsync());
    }

    /// <summary>
    /// Runs that make, find and give up the same few blobs, datasets that go, and two replicas that collect, all at once:
    /// what a dataset has is always in the store, and in the end nothing else is.
    /// </summary>
    [Fact]
    public async Task No_order_of_events_loses_a_blob_or_leaves_one()
    {
        await using var rig = await CollectionRig.CreateAsync(postgres);
        // Takes as long as some transactions of others.
        rig.Store.BeforeDelete = async (_, _) =>
        {
            for (var i = 0; i < 10; i++)
            {
                await rig.ClaimsAsync();
            }
        };
        using var over = new CancellationTokenSource();
        var collectors = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                await rig.Collection().CollectAsync(Cancel);
            }
        })).ToList();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() => WorkAsync(rig, worker, new Random(worker)))));
        await over.CancelAsync();
        await Task.WhenAll(collectors);

        await rig.Collection().CollectAsync(Cancel);
        await using var db = rig.Open();
        Assert.Equal(db.Blobs.Select(b => b.Digest).Distinct().Order(), rig.Store.Blobs);
        Assert.Empty(await rig.ClaimsAsync());
        rig.Logs.AssertNoErrors();
    }

    private static async Task WorkAsync(CollectionRig rig, int worker, Random random)
    {
        var datasets = new Queue<string>();
        for (var i = 0; i < 20; i++)
        {
            var (run, digest, other) = ($"{worker}-{i}", CollectionRig.Digest(random.Next(10)), CollectionRig.Digest(10 + random.Next(10)));
            if (!await rig.ReuseAsync(run, digest))
            {
                await PatientlyAsync(() => rig.ClaimAsync(run, digest));
                rig.Store.Write(digest);
            }

            await PatientlyAsync(() => rig.ClaimAsync(run, other));
            rig.Store.Write(other);
            Assert.Contains(digest, rig.Store.Blobs);
            if (random.Next(3) == 0)
            {
                await rig.EndAsync(run, null);
                continue;
            }

            await rig.EndAsync(run, run, digest, other);
            datasets.Enqueue(run);
            if (datasets.Count > random.Next(2))
            {
                Assert.Contains(digest, rig.Store.Blobs);
                await rig.DropAsync(datasets.Dequeue());
            }
        }
    }

    /// <summary>As a worker's call is made again.</summary>
    private static Task PatientlyAsync(Func<Task> claim) => Eventually.BecomesTrueAsync(
        async () =>
        {
            try
            {
                await claim();
                return true;
            }
            catch (MeshException e) when (e.Reason == "BLOB_BEING_DELETED")
            {
                return false;
            }
        },
        TimeSpan.FromSeconds(60),
        "the blob can be claimed");

    /// <summary>What the metric says in this flow of execution; other tests collect at the same time.</summary>
    private sealed class Waiting : IDisposable
    {
        private readonly MeterListener _meter = new() { InstrumentPublished = Listen };
        private readonly AsyncLocal<bool> _mine = new() { Value = true };

        public Waiting()
        {
            _meter.SetMeasurementEventCallback<long>((_, value, _, _) => Blobs = _mine.Value ? value : Blobs);
            _meter.Start();
        }

        public long? Blobs { get; private set; }

        public void Dispose() => _meter.Dispose();

        private static void Listen(Instrument instrument, MeterListener meter)
        {
            if (instrument.Name == "mesh.preprocessing.blobs.waiting")
            {
                meter.EnableMeasurementEvents(instrument);
            }
        }
    }
}

public sealed class SqliteBlobCollectionTests() : BlobCollectionTests(postgres: false);

public sealed class PostgresBlobCollectionTests() : BlobCollectionTests(postgres: true);
