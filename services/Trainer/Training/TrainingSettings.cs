namespace Mesh.Trainer.Training;

/// <summary>How a run uses this machine; with one thread none of it changes the result.</summary>
public sealed record TrainingSettings
{
    /// <summary>Threads of torch's operations. More than the free cores costs dearly: up to 90 times on a busy machine.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary><c>cpu</c> or <c>cuda</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Steps between reports. Each waits for the device, so on a GPU a small number costs speed.</summary>
    public int ReportEverySteps { get; init; } = 20;

    /// <summary>Time between checkpoints within an epoch; there is one after each epoch anyway. The most that a crash can lose.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromMinutes(1);
}
