using Mesh.Ingest.Formats;
using Xunit;

namespace Mesh.Ingest.Tests.Formats;

public sealed class ReadAheadStreamTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>As a text reader does that has enough of it, where continuations go to the thread that waits.</summary>
    [Fact]
    public async Task It_can_be_closed_while_it_reads_from_a_thread_that_does_its_own_work()
    {
        var inner = new EndlessStream();
        var closing = Task.Run(() => OneThread.Run(() =>
        {
            new ReadAheadStream(inner).Dispose();
            return Task.CompletedTask;
        }), Cancel);
        await closing.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        Assert.True(inner.IsClosed);
    }

    /// <summary>Gives nothing until it is cancelled, and is slow about that.</summary>
    private sealed class EndlessStream : MemoryStream
    {
        public bool IsClosed { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            return 0;
        }

        protected override void Dispose(bool disposing)
        {
            IsClosed = true;
            base.Dispose(disposing);
        }
    }
}
