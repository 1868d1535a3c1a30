using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Storage;

namespace Mesh.Jobs.Storage;

/// <summary>A durable job. Its key is the name of the resource it works for, "projects/default/trainingRuns/r1".</summary>
public sealed class JobRow
{
    public required string Name { get; init; }

    /// <summary>The group that it is part of; null for what users create.</summary>
    public string? ParentName { get; init; }

    /// <summary>What the group does while its parts of this stage run; null outside a group.</summary>
    public string? PartStage { get; init; }

    /// <summary>Which <see cref="JobKind{TDb}"/> it is.</summary>
    public required string Kind { get; init; }

    public required string Project { get; init; }

    public required string Creator { get; init; }

    /// <summary>What to do: a serialized google.protobuf.Any.</summary>
    public required byte[] Specification { get; init; }

    public required int Cpus { get; init; }

    public required long MemoryBytes { get; init; }

    public required int Gpus { get; init; }

    /// <summary>W3C trace context of the call that created the job; its workers' spans join that trace.</summary>
    public string? TraceParent { get; init; }

    public required long CreatedTicks { get; init; }

    /// <summary>What the queue is ordered by: when the job was created, or the group that it is part of.</summary>
    public required long TurnTicks { get; init; }

    public JobState State { get; internal set; } = JobState.Queued;

    /// <summary>Counts the launches; the fence of every write of a worker. 0 until the first.</summary>
    public int Attempt { get; internal set; }

    /// <summary>Failed attempts since the resume state last changed; they count against <see cref="JobOptions.MaxFailures"/>.</summary>
    public int Failures { get; internal set; }

    /// <summary>The last of them that got no further than the farthest before, and that one; they count against <see cref="JobOptions.MaxAttempts"/>.</summary>
    public int FailuresInPlace { get; internal set; }

    /// <summary>Units that this attempt has done, in all its stages.</summary>
    public long UnitsDone { get; internal set; }

    /// <summary>The most that a failed attempt had done, since the resume state last changed.</summary>
    public long FarthestFailure { get; internal set; }

    /// <summary>When the worker loses the job unless it renews; 0 while no worker has it.</summary>
    public long LeaseExpiresTicks { get; internal set; }

    /// <summary>A queued job is not started before this.</summary>
    public long NotBeforeTicks { get; internal set; }

    /// <summary>SHA-256 of the run token of the attempt. Stays after the end, so that a repeated last call is recognised.</summary>
    public byte[]? TokenHash { get; internal set; }

    /// <summary>Last event recorded of this attempt.</summary>
    public long RecordedSequence { get; internal set; }

    public bool YieldRequested { get; internal set; }

    public string Stage { get; internal set; } = "";

    public long Done { get; internal set; }

    public long Total { get; internal set; }

    public string? ErrorReason { get; internal set; }

    public string? ErrorMessage { get; internal set; }

    /// <summary>What the next attempt starts from: a serialized Any, written by the kind's OnEventsAsync.</summary>
    public byte[]? Resume { get; internal set; }

    /// <summary>A serialized Any; set when SUCCEEDED, and of a group while its last parts are being stopped.</summary>
    public byte[]? Result { get; internal set; }

    public long? StartedTicks { get; internal set; }

    public long? EndedTicks { get; internal set; }

    /// <summary>Counts the changes; raising it is what takes the row's lock.</summary>
    public long Revision { get; internal set; }

    public bool IsTerminal => JobLife.IsTerminal(State);

    /// <summary>Its id within its group; null outside one.</summary>
    public string? Part => ParentName is null ? null : Name[PartName(ParentName, "").Length..];

    /// <summary>What was asked for, perhaps on another machine; see <see cref="JobResources.CappedBy"/>.</summary>
    public JobResources Resources => new(Cpus, MemoryBytes, Gpus);

    /// <exception cref="InvalidProtocolBufferException">The specification is of another type.</exception>
    public T ReadSpecification<T>()
        where T : IMessage, new() => Any.Parser.ParseFrom(Specification).Unpack<T>();

    /// <summary>Null when there is none yet.</summary>
    public T? ReadResume<T>()
        where T : class, IMessage, new() => Resume is null ? null : Any.Parser.ParseFrom(Resume).Unpack<T>();

    /// <summary>Null before the job has succeeded.</summary>
    public T? ReadResult<T>()
        where T : class, IMessage, new() => Result is null || State != JobState.Succeeded ? null : Any.Parser.ParseFrom(Result).Unpack<T>();

    /// <summary>Sets where the next attempt goes on. Call it in <see cref="JobKind{TDb}.OnEventsAsync"/>; it is saved with the events.</summary>
    public void WriteResume(IMessage resume)
    {
        var written = Any.Pack(resume).ToByteArray();
        if (Resume is not null && written.AsSpan().SequenceEqual(Resume))
        {
            return;
        }

        // What the next attempt begins with has not failed yet.
        Resume = written;
        (Failures, FailuresInPlace, FarthestFailure) = (0, 0, 0);
    }

    /// <summary>The name of a part: "projects/default/pipelines/x/runs/r/parts/fit-0".</summary>
    public static string PartName(string parent, string part) => $"{parent}/parts/{part}";

    /// <summary>The state as every job resource shows it. Of a group that runs, read its progress first: <see cref="JobStore{TDb}.ReadProgressAsync"/>.</summary>
    public JobStatus ToStatus() => new()
    {
        State = State,
        Attempt = Attempt,
        Progress = Stage.Length == 0 && Done == 0 ? null : new Progress { Stage = Stage, Done = Done, Total = Total },
        Error = ErrorReason is null ? null : new JobError { Reason = ErrorReason, Message = ErrorMessage ?? "" },
        CreateTime = CreatedTicks.ToTimestamp(),
        StartTime = StartedTicks.ToTimestamp(),
        EndTime = EndedTicks.ToTimestamp(),
    };
}
