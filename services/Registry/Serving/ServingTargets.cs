using Mesh.Registry.Deployments;

namespace Mesh.Registry.Serving;

/// <summary>The deployments as last read: at once after a change in this process, and every second, for changes made by another.</summary>
internal sealed class ServingTargets(DeploymentStore deployments, ServingSignals signals, ServingPlans plans, TimeProvider time, ILogger<ServingTargets> logger)
    : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var readable = true;
        while (!stoppingToken.IsCancellationRequested)
        {
            var changed = signals.NextTargets();
            try
            {
                plans.Aim(await deployments.TargetsAsync(stoppingToken));
                readable = true;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                if (readable)
                {
                    logger.TargetsUnreadable(e);
                }

                readable = false;
            }

            await Task.WhenAny(changed, Task.Delay(Poll, time, stoppingToken));
        }
    }
}
