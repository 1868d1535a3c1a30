using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.Storage;
using Mesh.Jobs.TestService.Storage;
using Mesh.Jobs.V1;

namespace Mesh.Jobs.TestService;

/// <summary>Keeps every number that was counted and every end; a number counted twice would break a key.</summary>
public sealed class CountingJob : JobKind<CountingDb>
{
    public const string Kind = "count";

    public override string Name => Kind;

    public override Task OnEventsAsync(CountingDb db, JobRow job, IReadOnlyList<Event> events, CancellationToken cancel)
    {
        foreach (var counted in events.Select(e => e.Payload.Unpack<Int64Value>()))
        {
            db.Counts.Add(new CountRow { Job = job.Name, Number = counted.Value, Attempt = job.Attempt });
            job.WriteResume(counted);
        }

        return Task.CompletedTask;
    }

    public override Task OnCompletedAsync(CountingDb db, JobRow job, Any result, CancellationToken cancel) => AddEnd(db, job);

    public override Task OnEndedAsync(CountingDb db, JobRow job, CancellationToken cancel) => AddEnd(db, job);

    internal static Task AddEnd(CountingDb db, JobRow job)
    {
        db.Ends.Add(new EndRow { Job = job.Name, State = job.State.ToString(), Attempt = job.Attempt });
        return Task.CompletedTask;
    }
}
