namespace Mesh.Trainer.Training;

/// <summary>The loss is no longer a number, or out of all proportion; more steps cannot mend it.</summary>
public sealed class TrainingDivergedException(long step, string cause) : Exception($"training diverged at step {step}: {cause}")
{
    /// <summary>The step at fault, counted from 1.</summary>
    public long Step { get; } = step;
}
