namespace Mesh.Trainer.Training;

/// <summary>Where a run stands; with the weights and the optimizer's state, all it takes to go on.</summary>
public sealed record TrainingState
{
    /// <summary>Finished epochs.</summary>
    public int Epoch { get; set; }

    /// <summary>Finished batches of the current epoch: the cursor in the sample order.</summary>
    public int Batch { get; set; }

    /// <summary>Finished steps of the run; the learning rate and dropout follow from it.</summary>
    public long Step { get; set; }

    /// <summary>Sum over the samples of this epoch of their loss when they were trained on.</summary>
    public double LossSum { get; set; }

    public long LossSamples { get; set; }
}
