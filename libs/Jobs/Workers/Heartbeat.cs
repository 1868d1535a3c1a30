using Grpc.Core;
using Mesh.Jobs.V1;
using Microsoft.Extensions.Logging;

namespace Mesh.Jobs.Workers;

/// <summary>Renews the lease and sends progress until it is stopped; hears of cancellation and yields.</summary>
internal sealed class Heartbeat(WorkerIdentity identity, WorkerSession session, WorkerLink link, WorkerStops stops, TimeSpan lease, ILogger logger)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(500);

    public async Task RunAsync(CancellationToken stop)
    {
        // A third of the lease would keep it; a second makes cancellation prompt.
        var interval = TimeSpan.FromMilliseconds(Math.Min(1000, lease.TotalMilliseconds / 3));
        var renewed = Environment.TickCount64;
        var sent = 0L;
        WorkDone? shown = null;
        using var timer = new PeriodicTimer(interval < Shortest ? interval : Shortest);
        try
        {
            do
            {
                var progress = session.Latest;
                if (ReferenceEquals(progress, shown) && Environment.TickCount64 - sent < interval.TotalMilliseconds)
                {
                    continue;
                }

                if (await TrySendAsync(progress))
                {
                    (shown, renewed) = (progress, Environment.TickCount64);
                }
                else if (Environment.TickCount64 - renewed > lease.TotalMilliseconds)
                {
                    stops.RequestAbort();
                    return;
                }

                sent = Environment.TickCount64;
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // Stopped, or the lease is lost and the body knows by its token.
        }
    }

    private async Task<bool> TrySendAsync(WorkDone? progress)
    {
        try
        {
            var request = new HeartbeatRequest { Name = identity.Name, Attempt = identity.Attempt, Progress = progress?.Progress, UnitsDone = progress?.Units ?? 0 };
            var wanted = await link.Client.HeartbeatAsync(request, link.Once(TimeSpan.FromSeconds(5)));
            if (wanted.CancelRequested)
            {
                stops.RequestCancel();
            }

            if (wanted.YieldRequested)
            {
                stops.RequestYield();
            }

            return true;
        }
        catch (RpcException e)
        {
            link.ThrowIfLost(e);
            logger.HeartbeatFailed(e.Status.ToString());
            return false;
        }
    }
}
