using Grpc.Core;
using Mesh.Inference.Serving;
using Mesh.Registry.V1;
using Mesh.ServiceDefaults.Hosting;
using Mesh.ServiceDefaults.Watching;
using Microsoft.Extensions.Options;

namespace Mesh.Inference.Directory;

/// <summary>
/// Keeps this replica in the serving directory: reports what it serves, at once, at each change and every second, and
/// follows the desired state it hears. While the directory is away the replica serves what it has.
/// </summary>
internal sealed class DirectoryClient(
    DirectoryService.DirectoryServiceClient directory, ServedModels models, Replica replica, ListeningPorts ports, ChangeSignals signals,
    IConfiguration configuration, IOptions<InferenceOptions> options, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<DirectoryClient> logger)
    : BackgroundService, IHostedLifecycleService
{
    /// <summary>The directory forgets a replica that is silent for 6 s.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FirstBackOff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestFinish = TimeSpan.FromSeconds(3);

    private TimeSpan backOff = FirstBackOff;
    private volatile bool joined;
    private bool complained;
    private long reportsWithoutAccepting;

    /// <summary>Before the ports close: tells the directory, then goes on answering until the gateway has heard it.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        logger.Draining(models.InFlight);
        replica.Drain();
        signals.Pulse(ServedModels.Changed);
        var stopped = time.GetTimestamp();
        // Without a directory nobody is told, and nobody needs the time to hear.
        while (joined && Volatile.Read(ref reportsWithoutAccepting) == 0 && time.GetElapsedTime(stopped) < Interval)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), time, cancellationToken);
        }

        await Task.Delay(TimeSpan.FromMilliseconds(joined ? options.Value.DrainMilliseconds : 0), time, cancellationToken);
        while (models.InFlight > 0 && time.GetElapsedTime(stopped) < LongestFinish)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), time, cancellationToken);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!await PortsAreOpenAsync(stoppingToken))
        {
            return;
        }

        var address = Advertised(ports.GrpcAddress, configuration["MESH_ADVERTISE"]);
        while (!stoppingToken.IsCancellationRequested)
        {
            var problem = "the stream ended";
            try
            {
                await ServeAsync(address, stoppingToken);
            }
            catch (Exception e) when (e is RpcException or HttpRequestException or InvalidOperationException or OperationCanceledException)
            {
                problem = e is RpcException rpc ? rpc.StatusCode.ToString() : e.Message;
            }

            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            joined = false;
            if (!complained)
            {
                complained = true;
                logger.DirectoryLost(problem);
            }

            // Half of it at random, so that replicas do not all come back at once.
            await Task.Delay(backOff * (0.5 + Random.Shared.NextDouble() / 2), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            backOff = backOff * 2 < LongestBackOff ? backOff * 2 : LongestBackOff;
        }
    }

    private static string Advertised(string bound, string? host) =>
        string.IsNullOrEmpty(host) ? bound : new UriBuilder(bound) { Host = host }.Uri.GetLeftPart(UriPartial.Authority);

    private async Task ServeAsync(string address, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var call = directory.Serve(cancellationToken: either.Token);
        var reporting = ReportAsync(address, call.RequestStream, either.Token);
        var following = FollowAsync(address, call.ResponseStream, either.Token);
        try
        {
            await await Task.WhenAny(reporting, following);
        }
        finally
        {
            await either.CancelAsync();
            await Task.WhenAll(reporting, following).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReportAsync(string address, IClientStreamWriter<ServeRequest> stream, CancellationToken cancel)
    {
        while (true)
        {
            var changed = signals.Next(ServedModels.Changed);
            var accepting = replica.Accepting;
            await stream.WriteAsync(new ServeRequest { Report = Report(address, accepting) }, cancel);
            if (!accepting)
            {
                Interlocked.Increment(ref reportsWithoutAccepting);
            }

            await Task.WhenAny(changed, Task.Delay(Interval, time, cancel));
            cancel.ThrowIfCancellationRequested();
        }
    }

    private async Task FollowAsync(string address, IAsyncStreamReader<ServeResponse> stream, CancellationToken cancel)
    {
        await foreach (var desired in stream.ReadAllAsync(cancel))
        {
            if (!joined)
            {
                joined = true;
                complained = false;
                backOff = FirstBackOff;
                logger.DirectoryJoined(replica.Id, address);
            }

            models.Apply(desired.Models);
        }
    }

    private ReplicaReport Report(string address, bool accepting) => new()
    {
        ReplicaId = replica.Id,
        Address = address,
        Accepting = accepting,
        Models = { models.Report() },
        InFlight = models.InFlight,
    };

    private async Task<bool> PortsAreOpenAsync(CancellationToken stop)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var onStarted = lifetime.ApplicationStarted.Register(() => started.TrySetResult());
        using var onStopped = stop.Register(() => started.TrySetCanceled());
        await ((Task)started.Task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !stop.IsCancellationRequested;
    }
}
