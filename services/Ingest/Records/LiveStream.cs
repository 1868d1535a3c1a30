using Grpc.Core;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Records;

/// <summary>
/// The answers to one read, and an empty one whenever there was none for a few seconds: whoever waits can tell a service that
/// goes through many records that are not wanted from one that is silent.
/// </summary>
internal sealed class LiveStream : IAsyncDisposable
{
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly IServerStreamWriter<ReadRecordsResponse> _stream;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _ending;
    private readonly Task _signs;
    private long _written;

    /// <param name="cancel">Ends the signs with the call.</param>
    public LiveStream(IServerStreamWriter<ReadRecordsResponse> stream, TimeProvider time, CancellationToken cancel)
    {
        (_stream, _time, _written) = (stream, time, time.GetTimestamp());
        _ending = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _signs = SignAsync(cancel);
    }

    public Task WriteAsync(ReadRecordsResponse response, CancellationToken cancel) => WriteAsync(response, cancel, cancel);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _signs;
        _ending.Dispose();
        _turn.Dispose();
    }

    private TimeSpan Left => Every - _time.GetElapsedTime(Volatile.Read(ref _written));

    /// <param name="waiting">Ends the wait for the turn. A write that has begun ends with the call only, since cancelling it aborts the call.</param>
    private async Task WriteAsync(ReadRecordsResponse response, CancellationToken waiting, CancellationToken call)
    {
        await _turn.WaitAsync(waiting);
        try
        {
            await _stream.WriteAsync(response, call);
            Volatile.Write(ref _written, _time.GetTimestamp());
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task SignAsync(CancellationToken call)
    {
        try
        {
            while (true)
            {
                if (Left is { Ticks: > 0 } left)
                {
                    await Task.Delay(left, _time, _ending.Token);
                }
                else
                {
                    await WriteAsync(new ReadRecordsResponse(), _ending.Token, call);
                }
            }
        }
        catch (Exception)
        {
            // The read is over, or nobody listens any more: then it ends as well.
        }
    }
}
