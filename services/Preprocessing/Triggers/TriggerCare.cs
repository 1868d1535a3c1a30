using Microsoft.Extensions.Options;

namespace Mesh.Preprocessing.Triggers;

/// <summary>
/// Carries triggers out, in three loops, so that a service that is away holds up only what needs it:
/// <list type="number">
/// <item>new versions become firings;</item>
/// <item>firings become pipeline runs, whose end moves the firing on (<see cref="FiredRuns"/>);</item>
/// <item>runs that have SUCCEEDED become training runs.</item>
/// </list>
/// All that they know is in the database, so they go on after a crash where they were.
/// </summary>
public sealed class TriggerCare(
    VersionWatch versions, RunStarts runs, TrainingStarts trainings, IOptions<PreprocessingOptions> options, TimeProvider time, ILogger<TriggerCare> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        LoopAsync("New versions", versions.RunAsync, stoppingToken),
        LoopAsync("Triggered runs", runs.RunAsync, stoppingToken),
        LoopAsync("Triggered training runs", trainings.RunAsync, stoppingToken));

    private async Task LoopAsync(string what, Func<CancellationToken, Task> care, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.TriggerSeconds), time);
        try
        {
            do
            {
                try
                {
                    await care(stopping);
                }
                catch (Exception e) when (!stopping.IsCancellationRequested)
                {
                    logger.CareFailed(what, e);
                }
            }
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // Stopping; the rows stay for the next start.
        }
    }
}
