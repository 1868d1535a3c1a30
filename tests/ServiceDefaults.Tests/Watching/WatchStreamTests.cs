using System.Threading.Channels;
using Grpc.Core;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Watching;
using Mesh.Tests.Shared;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Mesh.ServiceDefaults.Tests.Watching;

public class WatchStreamTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ManualTime _time = new();
    private readonly ChangeSignals _signals = new();
    private readonly Lifetime _lifetime = new();
    private readonly Written _written = new();
    private volatile string _state = "first";
    private int _reads;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_state_comes_at_once_and_again_within_15_seconds()
    {
        var watch = RunAsync(Cancel);
        Assert.Equal("first", await NextAsync());
        for (var beat = 0; beat < 3; beat++)
        {
            for (var second = 1; second <= 13; second++)
            {
                await TickAsync();
                Assert.False(_written.States.TryPeek(out _), $"{second} s after the last it came already");
            }

            await TickAsync();
            Assert.Equal("first", await NextAsync());
        }

        Assert.False(watch.IsCompleted);
        await EndAsync(watch);
    }

    [Fact]
    public async Task A_signalled_change_comes_without_any_time_passing()
    {
        var watch = RunAsync(Cancel);
        await NextAsync();
        _state = "second";
        _signals.Pulse("thing");
        Assert.Equal("second", await NextAsync());
        await EndAsync(watch);
    }

    [Fact]
    public async Task A_change_that_nobody_signalled_comes_within_a_second()
    {
        var watch = RunAsync(Cancel);
        await NextAsync();
        _state = "second";
        await TickAsync();
        Assert.Equal("second", await NextAsync());
        await EndAsync(watch);
    }

    [Fact]
    public async Task A_signal_without_a_change_writes_nothing()
    {
        var watch = RunAsync(Cancel);
        await NextAsync();
        var reads = _reads;
        _signals.Pulse("thing");
        await Eventually.BecomesTrueAsync(() => _reads > reads, Patience, "the state is read");
        Assert.False(_written.States.TryPeek(out _));
        await EndAsync(watch);
    }

    [Fact]
    public async Task The_last_state_is_written_and_ends_the_watch()
    {
        _state = "last";
        await RunAsync(Cancel);
        Assert.Equal("last", await NextAsync());
    }

    [Fact]
    public async Task A_caller_that_leaves_ends_the_watch()
    {
        using var leave = new CancellationTokenSource();
        var watch = RunAsync(leave.Token);
        await NextAsync();
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch);
    }

    [Fact]
    public async Task A_service_that_stops_ends_the_watch_as_unavailable()
    {
        var watch = RunAsync(Cancel);
        await NextAsync();
        await _lifetime.Stopping.CancelAsync();
        var e = await Assert.ThrowsAsync<MeshException>(() => watch);
        Assert.Equal((StatusCode.Unavailable, "STOPPING"), (e.Code, e.Reason));
        Assert.NotNull(e.RetryAfter);
    }

    [Fact]
    public async Task What_the_reader_throws_ends_the_watch_and_leaves_no_waiter()
    {
        await Assert.ThrowsAsync<MeshException>(() => new WatchStream(_signals, _time).RunAsync<string>(
            "missing", _ => throw MeshError.NotFound("missing"), _ => false, _written, Cancel));
        // The waiter of the watch was let go: the next one is new.
        Assert.False(_signals.Next("missing").IsCompleted);
        Assert.Same(_signals.Next("missing"), _signals.Next("missing"));
        Assert.Equal(1, _signals.Count);
    }

    [Fact]
    public async Task Names_that_are_watched_no_more_cost_nothing()
    {
        _state = "last";
        for (var i = 0; i < 100; i++)
        {
            await new WatchStream(_signals, _time).RunAsync($"thing-{i}", _ => Task.FromResult("last"), _ => true, _written, Cancel);
        }

        Assert.Equal(0, _signals.Count);
    }

    private Task RunAsync(CancellationToken cancel) => new WatchStream(_signals, _time, _lifetime).RunAsync("thing", _ =>
    {
        Interlocked.Increment(ref _reads);
        return Task.FromResult(_state);
    }, state => state == "last", _written, cancel);

    private async Task<string> NextAsync() => await _written.States.ReadAsync(Cancel).AsTask().WaitAsync(Patience, Cancel);

    /// <summary>Moves the clock one second, which is one poll, and waits until the watch waits for the next.</summary>
    private async Task TickAsync()
    {
        await Eventually.BecomesTrueAsync(() => _time.Waiting > 0, Patience, "the watch waits");
        var reads = _reads;
        _time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.BecomesTrueAsync(() => _reads > reads && _time.Waiting > 0, Patience, "the watch has read");
    }

    private async Task EndAsync(Task watch)
    {
        _state = "last";
        _signals.Pulse("thing");
        await watch.WaitAsync(Patience, Cancel);
    }

    private sealed class Written : IServerStreamWriter<string>
    {
        private readonly Channel<string> _channel = Channel.CreateUnbounded<string>();

        public ChannelReader<string> States => _channel.Reader;

        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(string message) => WriteAsync(message, CancellationToken.None);

        public async Task WriteAsync(string message, CancellationToken cancellationToken) => await _channel.Writer.WriteAsync(message, cancellationToken);
    }

    private sealed class Lifetime : IHostApplicationLifetime
    {
        public CancellationTokenSource Stopping { get; } = new();

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => Stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => Stopping.Cancel();
    }
}
