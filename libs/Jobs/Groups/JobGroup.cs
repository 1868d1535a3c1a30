using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Names;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Jobs.Groups;

/// <summary>A group in a hook of its kind: what it has done so far, and what is to become of it. Of use during the hook only.</summary>
public sealed class JobGroup
{
    private const int MaxStage = 63;

    private readonly MeshDb _db;
    private readonly Func<string, bool> _isGroup;
    private readonly long _now;

    internal JobGroup(MeshDb db, JobRow row, Func<string, bool> isGroup, long now) => (_db, Row, _isGroup, _now) = (db, row, isGroup, now);

    /// <summary>The group's own job.</summary>
    public JobRow Row { get; }

    /// <summary>The parts as they stood when the hook was called, to be queried; for reading only.</summary>
    public IQueryable<JobRow> Parts => _db.PartsOf(Row.Name).AsNoTracking();

    /// <summary>Whether all parts of a stage have SUCCEEDED, this one among them. Costs a query.</summary>
    public async Task<bool> IsDoneAsync(string stage, CancellationToken cancel) =>
        !await Parts.AnyAsync(p => p.PartStage == stage && p.State != JobState.Succeeded, cancel);

    /// <summary>Adds a part, QUEUED behind what the group has; the group shows the part's stage from now on.</summary>
    /// <exception cref="ArgumentException">An id, a stage or a number that cannot be; the kind is that of a group.</exception>
    /// <exception cref="InvalidOperationException">The group's end was decided; no such kind is registered.</exception>
    public JobRow Add(NewPart part)
    {
        GroupLife.EnsureUndecided(Row);
        Check(part);
        var row = new JobRow
        {
            Name = JobRow.PartName(Row.Name, part.Part),
            ParentName = Row.Name,
            PartStage = part.Stage,
            Kind = part.Kind,
            Project = Row.Project,
            Creator = Row.Creator,
            Specification = Any.Pack(part.Specification).ToByteArray(),
            Cpus = part.Resources is { Cpus: > 0 } asked ? asked.Cpus : Row.Cpus,
            MemoryBytes = part.Resources?.MemoryBytes ?? Row.MemoryBytes,
            Gpus = part.Resources?.Gpus ?? Row.Gpus,
            TraceParent = Row.TraceParent,
            CreatedTicks = _now,
            TurnTicks = Row.TurnTicks,
            Total = part.Units,
        };
        _db.Jobs().Add(row);
        Row.Stage = part.Stage;
        return row;
    }

    /// <summary>The group has its result. It is SUCCEEDED at once, or when the parts that are still under way have been cancelled.</summary>
    /// <exception cref="InvalidOperationException">The group's end was decided.</exception>
    public void Succeed(IMessage result) => GroupLife.Succeed(Row, Any.Pack(result).ToByteArray());

    /// <summary>The group has failed. It is FAILED at once, or when the parts that are still under way have been cancelled.</summary>
    /// <param name="reason">UPPER_SNAKE_CASE, stable.</param>
    /// <param name="message">For people; no server path.</param>
    /// <exception cref="InvalidOperationException">The group's end was decided.</exception>
    public void Fail(string reason, string message) => GroupLife.Fail(Row, new JobError { Reason = reason, Message = message });

    private void Check(NewPart part)
    {
        if (!ResourceId.IsValid(part.Part))
        {
            throw new ArgumentException($"The part \"{part.Part}\" has no valid id: {ResourceId.Rule}.", nameof(part));
        }

        if (part.Stage.Length is 0 or > MaxStage)
        {
            throw new ArgumentException($"The stage of part \"{part.Part}\" needs 1 to {MaxStage} characters.", nameof(part));
        }

        if (_isGroup(part.Kind))
        {
            throw new ArgumentException($"Part \"{part.Part}\" is of kind \"{part.Kind}\", a group; a part has a worker.", nameof(part));
        }

        if (part.Units < 0 || part.Resources is { } r && (r.Cpus < 0 || r.MemoryBytes < 0 || r.Gpus < 0))
        {
            throw new ArgumentException($"Part \"{part.Part}\" has negative units or resources.", nameof(part));
        }
    }
}
