using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Storage;

namespace Mesh.Jobs;

/// <summary>
/// What a service does when something happens to its jobs. Each method runs in the transaction of the change itself, after
/// the attempt was checked: add and change rows of <c>db</c> and leave saving to the caller. A method may run again when
/// its transaction was rolled back, so nothing but the database may be touched.
/// </summary>
public abstract class JobKind<TDb>
    where TDb : MeshDb
{
    /// <summary>Stable name stored in the jobs, "pipeline-run".</summary>
    public abstract string Name { get; }

    /// <summary>A worker reported these, in order, each once. Call <see cref="JobRow.WriteResume"/> to move the point of resumption.</summary>
    public virtual Task OnEventsAsync(TDb db, JobRow job, IReadOnlyList<Event> events, CancellationToken cancel) => Task.CompletedTask;

    /// <summary>The job is becoming SUCCEEDED with this result.</summary>
    public virtual Task OnCompletedAsync(TDb db, JobRow job, Any result, CancellationToken cancel) => Task.CompletedTask;

    /// <summary>The job has become FAILED or CANCELLED.</summary>
    public virtual Task OnEndedAsync(TDb db, JobRow job, CancellationToken cancel) => Task.CompletedTask;
}

/// <summary>A job to be created.</summary>
/// <param name="Name">Name of the resource it works for.</param>
/// <param name="Kind">A registered <see cref="JobKind{TDb}.Name"/>.</param>
/// <param name="Resources">Null or zeros for the service's defaults.</param>
public sealed record NewJob(string Name, string Kind, string Creator, IMessage Specification, ResourceSpec? Resources = null);
