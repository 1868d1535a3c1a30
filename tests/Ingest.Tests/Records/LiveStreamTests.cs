using System.Collections.Concurrent;
using Grpc.Core;
using Mesh.Ingest.Records;
using Mesh.Ingest.V1;
using Mesh.Tests.Shared;
using Xunit;
using Record = Mesh.Ingest.V1.Record;

namespace Mesh.Ingest.Tests.Records;

public sealed class LiveStreamTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Silence_is_broken_by_empty_answers()
    {
        var (time, answers) = (new ManualTime(), new Answers());
        await using (var live = new LiveStream(answers, time, Cancel))
        {
            await AdvanceAsync(time, LiveStream.Every);
            await Eventually.BecomesTrueAsync(() => answers.Sizes.Count == 1, Patience, "the first sign");
            await AdvanceAsync(time, LiveStream.Every);
            await Eventually.BecomesTrueAsync(() => answers.Sizes.Count == 2, Patience, "the second sign");
            // Whoever got an answer a moment ago needs no sign.
            await AdvanceAsync(time, LiveStream.Every / 2);
            await live.WriteAsync(new ReadRecordsResponse { Records = { new Record() } }, Cancel);
            await AdvanceAsync(time, LiveStream.Every / 2);
            await AdvanceAsync(time, LiveStream.Every / 4);
            Assert.Equal([0, 0, 1], answers.Sizes);
            await AdvanceAsync(time, LiveStream.Every / 4);
            await Eventually.BecomesTrueAsync(() => answers.Sizes.Count == 4, Patience, "the sign after the answer");
            await Eventually.BecomesTrueAsync(() => time.Waiting == 1, Patience, "the next sign is planned");
        }

        Assert.Equal((0, 4), (time.Waiting, answers.Sizes.Count));
        Assert.False(answers.Overlapped);
    }

    [Fact]
    public async Task A_caller_that_has_gone_ends_the_signs_only()
    {
        var (time, answers) = (new ManualTime(), new Answers { Gone = true });
        await using var live = new LiveStream(answers, time, Cancel);
        await AdvanceAsync(time, LiveStream.Every);
        await Eventually.BecomesTrueAsync(() => answers.Refused == 1, Patience, "the sign fails");
        await Assert.ThrowsAsync<IOException>(() => live.WriteAsync(new ReadRecordsResponse(), Cancel));
        Assert.Equal(0, time.Waiting);
    }

    private static async Task AdvanceAsync(ManualTime time, TimeSpan by)
    {
        await Eventually.BecomesTrueAsync(() => time.Waiting == 1, Patience, "the next sign is planned");
        time.Advance(by);
    }

    private sealed class Answers : IServerStreamWriter<ReadRecordsResponse>
    {
        private int _writing;
        private int _refused;

        public ConcurrentQueue<int> Sizes { get; } = new();

        public bool Overlapped { get; private set; }

        public bool Gone { get; init; }

        public int Refused => Volatile.Read(ref _refused);

        public WriteOptions? WriteOptions { get; set; }

        public async Task WriteAsync(ReadRecordsResponse message)
        {
            if (Gone)
            {
                Interlocked.Increment(ref _refused);
                throw new IOException("gone");
            }

            Overlapped |= Interlocked.Increment(ref _writing) > 1;
            await Task.Yield();
            Interlocked.Decrement(ref _writing);
            Sizes.Enqueue(message.Records.Count);
        }

        public Task WriteAsync(ReadRecordsResponse message, CancellationToken cancellationToken) => WriteAsync(message);
    }
}
