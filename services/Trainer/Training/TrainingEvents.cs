using Mesh.Trainer.Evaluation;

namespace Mesh.Trainer.Training;

/// <summary>What a run tells while it goes. Called on the training thread, which waits.</summary>
public sealed record TrainingEvents
{
    public Action<StepReport>? Steps { get; init; }

    public Action<EpochReport>? Epoch { get; init; }

    public Action<CheckpointReport>? Checkpoint { get; init; }

    /// <summary>A run goes on from a checkpoint, or a damaged one was passed over.</summary>
    public Action<ResumeReport>? Resumed { get; init; }
}

/// <summary>The steps since the last report.</summary>
/// <param name="Step">Finished steps of the run.</param>
/// <param name="TotalSteps">Steps of the whole run.</param>
/// <param name="Epoch">The current epoch, counted from 1.</param>
/// <param name="Loss">Mean over the samples of these steps.</param>
/// <param name="LearningRate">Of the last step.</param>
/// <param name="SamplesPerSecond">Trained on, by the wall clock.</param>
public sealed record StepReport(long Step, long TotalSteps, int Epoch, double Loss, double LearningRate, double SamplesPerSecond);

/// <summary>A finished epoch.</summary>
/// <param name="Epoch">Counted from 1.</param>
/// <param name="Step">Finished steps of the run.</param>
/// <param name="TrainingLoss">Mean over the samples, each at the time it was trained on.</param>
/// <param name="Validation">Null when there is no validation split.</param>
/// <param name="Seconds">Wall-clock time of its steps, without validation; after a resume, of those since then.</param>
/// <param name="SamplesPerSecond">Trained on in that time.</param>
public sealed record EpochReport(
    int Epoch, long Step, double TrainingLoss, EvaluationSummary? Validation, double Seconds, double SamplesPerSecond);

/// <summary>A checkpoint is on the disk.</summary>
/// <param name="FileName">In the run's checkpoint folder.</param>
/// <param name="Epoch">Finished epochs.</param>
public sealed record CheckpointReport(string FileName, long Step, int Epoch);

/// <summary>How the run began, when there were checkpoints.</summary>
/// <param name="Step">Where it goes on; 0 when no checkpoint could be read.</param>
/// <param name="Damaged">Checkpoints that are missing or could not be read, with the reason.</param>
public sealed record ResumeReport(long Step, IReadOnlyList<string> Damaged);
