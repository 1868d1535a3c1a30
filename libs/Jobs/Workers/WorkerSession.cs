using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.V1;

namespace Mesh.Jobs.Workers;

/// <summary>What a worker's body works with: what to do, where to resume, and where to report.</summary>
public sealed class WorkerSession
{
    private readonly WorkerIdentity _identity;
    private readonly WorkerLink _link;
    private readonly StartAttemptResponse _start;
    private readonly WorkerStops _stops;
    private readonly SemaphoreSlim _reporting = new(1, 1);
    private long _sequence;
    private volatile WorkDone? _latest;

    internal WorkerSession(WorkerIdentity identity, WorkerLink link, StartAttemptResponse start, IServiceProvider services, WorkerStops stops)
    {
        (_identity, _link, _start, _stops) = (identity, link, start, stops);
        Services = services;
    }

    /// <summary>The job's resource name.</summary>
    public string Name => _identity.Name;

    /// <summary>From 1; names this attempt's temporary files.</summary>
    public int Attempt => _identity.Attempt;

    /// <summary>With the service's defaults filled in; <c>Cpus</c> is at least 1.</summary>
    public ResourceSpec Resources => _start.Resources;

    public IServiceProvider Services { get; }

    /// <summary>Checkpoint, report it, and throw by <see cref="ThrowIfYieldRequested"/>; another attempt goes on.</summary>
    public CancellationToken YieldRequested => _stops.Yield;

    internal WorkDone? Latest => _latest;

    /// <exception cref="InvalidProtocolBufferException">The specification is of another type.</exception>
    public T Specification<T>()
        where T : IMessage, new() => _start.Specification.Unpack<T>();

    /// <summary>That of the group that the job is part of.</summary>
    /// <exception cref="InvalidProtocolBufferException">The specification is of another type.</exception>
    /// <exception cref="InvalidOperationException">The job is not part of a group.</exception>
    public T GroupSpecification<T>()
        where T : IMessage, new() =>
        (_start.GroupSpecification ?? throw new InvalidOperationException($"{Name} is not part of a group.")).Unpack<T>();

    /// <summary>What earlier attempts left; null on the first.</summary>
    public T? Resume<T>()
        where T : class, IMessage, new() => _start.Resume?.Unpack<T>();

    /// <summary>Reports events; when it returns, the service has recorded them, once and in order.</summary>
    /// <exception cref="OperationCanceledException">The lease is lost: nothing was recorded.</exception>
    public async Task ReportAsync(params IReadOnlyList<IMessage> payloads)
    {
        await _reporting.WaitAsync();
        try
        {
            var now = Timestamp.FromDateTime(DateTime.UtcNow);
            var request = new ReportEventsRequest { Name = Name, Attempt = Attempt };
            request.Events.AddRange(payloads.Select((payload, i) => new Event { Sequence = _sequence + 1 + i, Time = now, Payload = Any.Pack(payload) }));
            await _link.CallAsync(options => _link.Client.ReportEventsAsync(request, options));
            _sequence += payloads.Count;
        }
        finally
        {
            _reporting.Release();
        }
    }

    /// <summary>Asks the service whether this attempt still has the job. Ask before an effect that cannot be taken back.</summary>
    /// <exception cref="OperationCanceledException">The lease is lost, or the job is being cancelled.</exception>
    public async Task ConfirmLeaseAsync()
    {
        var latest = _latest;
        var request = new HeartbeatRequest { Name = Name, Attempt = Attempt, Progress = latest?.Progress, UnitsDone = latest?.Units ?? 0 };
        var wanted = await _link.CallAsync(options => _link.Client.HeartbeatAsync(request, options));
        if (wanted.CancelRequested)
        {
            // The heartbeat would hear it up to a second later.
            _stops.RequestCancel();
            throw new OperationCanceledException("The job is being cancelled.");
        }
    }

    /// <summary>
    /// Says how far it is. Costs two allocations: the newest is sent about twice a second. Call it from one thread at a time.
    /// </summary>
    /// <param name="done">Counts up within a stage; the next one begins anew, or goes on from there.</param>
    public void Progress(string stage, long done, long total) => _latest = WorkDone.After(_latest, stage, done, total);

    /// <exception cref="OperationCanceledException">A yield was asked for: the attempt ends as yielded.</exception>
    public void ThrowIfYieldRequested() => YieldRequested.ThrowIfCancellationRequested();
}
