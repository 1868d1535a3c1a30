using Mesh.Preprocessing.V1;

namespace Mesh.Preprocessing.Storage;

/// <summary>Something with a step to do that may fail, and is then tried again later and later.</summary>
public abstract class RetriedRow
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>Of the present step, one after the other.</summary>
    public int Failures { get; private set; }

    /// <summary>The step is not tried before this.</summary>
    public long NotBeforeTicks { get; private set; }

    /// <summary>What went wrong last; empty when nothing did.</summary>
    public string Error { get; private set; } = "";

    public void Fail(string error, DateTimeOffset notBefore) =>
        (Failures, NotBeforeTicks, Error) = (Failures + 1, notBefore.UtcTicks, error);

    /// <summary>The step is done, or there is none to do.</summary>
    public void Succeed() => (Failures, NotBeforeTicks, Error) = (0, 0, "");

    /// <summary>The step will never be done.</summary>
    public virtual void GiveUp()
    {
    }
}

/// <summary>A trigger; its step is to look for new versions.</summary>
public sealed class TriggerRow : RetriedRow
{
    public required string Project { get; init; }

    public required string PipelineId { get; init; }

    public required string TriggerId { get; init; }

    /// <summary>As created: a serialized Trigger.</summary>
    public required byte[] Description { get; init; }

    public bool Disabled { get; set; }

    /// <summary>Versions up to this number are decided about: they have fired or never will.</summary>
    public required int SeenVersion { get; set; }

    public string Name => $"projects/{Project}/pipelines/{PipelineId}/triggers/{TriggerId}";
}

/// <summary>What a trigger does for a version; its step is to create a run. There is one for a version, so that it fires once.</summary>
public sealed class TriggerFiringRow : RetriedRow
{
    /// <summary>The trigger's <see cref="RetriedRow.Id"/>.</summary>
    public required Guid TriggerId { get; init; }

    public required int Version { get; init; }

    public required long FiredTicks { get; init; }

    /// <summary>Whether a training run follows.</summary>
    public required bool Trains { get; init; }

    public FiringState State { get; private set; } = FiringState.Starting;

    /// <summary>The pipeline run; null until it is created.</summary>
    public string? RunName { get; private set; }

    /// <summary>Empty until it is created.</summary>
    public string TrainingRun { get; private set; } = "";

    /// <param name="succeeded">It was answered from an earlier result.</param>
    public void Process(string run, bool succeeded)
    {
        (RunName, State) = (run, !succeeded ? FiringState.Processing : Trains ? FiringState.HandingOver : FiringState.Done);
        Succeed();
    }

    public void HandOver(string trainingRun)
    {
        (TrainingRun, State) = (trainingRun, FiringState.Done);
        Succeed();
    }

    public override void GiveUp() => State = FiringState.Failed;
}
