namespace Mesh.Registry.Serving;

/// <summary>Makes a new plan whenever deployments or replicas change, and at least every second, which is when silence is noticed.</summary>
internal sealed class ServingPlans(ServingDirectory directory, ServingSignals signals, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private IReadOnlyList<ServingTarget>? _targets;
    private (IReadOnlyList<ServingTarget> Targets, long Replicas)? _madeFor;

    /// <summary>Null until the deployments were read for the first time.</summary>
    public ServingPlan? Current { get; private set; }

    public void Aim(IReadOnlyList<ServingTarget> targets)
    {
        lock (_gate)
        {
            if (_targets is null || !_targets.SequenceEqual(targets))
            {
                _targets = targets;
            }
        }

        Make();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var changed = signals.NextReplicas();
            Make();
            await Task.WhenAny(changed, Task.Delay(Look, time, stoppingToken));
        }
    }

    private void Make()
    {
        lock (_gate)
        {
            var (revision, replicas) = directory.Read();
            if (_targets is null || _madeFor == (_targets, revision))
            {
                return;
            }

            Current = ServingPlan.Make(_targets, replicas);
            _madeFor = (_targets, revision);
        }

        signals.PlanChanged();
    }
}
