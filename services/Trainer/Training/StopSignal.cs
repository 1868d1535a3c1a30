namespace Mesh.Trainer.Training;

/// <summary>Why a run ends.</summary>
public enum StopReason
{
    /// <summary>All epochs are done.</summary>
    Completed,

    /// <summary>Asked to leave: checkpointed, and can go on from there.</summary>
    Yielded,

    /// <summary>Asked to stop for good; no checkpoint was made for it.</summary>
    Cancelled,
}

/// <summary>Asks a run to end. Any thread may ask; the run looks before each step, so it takes a step or an evaluation batch to obey.</summary>
public sealed class StopSignal
{
    private volatile bool yield;
    private volatile bool cancel;

    /// <summary>Checkpoint and stop.</summary>
    public void RequestYield() => yield = true;

    /// <summary>Stop; wins over a yield.</summary>
    public void RequestCancel() => cancel = true;

    /// <summary>Cancels when the token does, until the result is disposed.</summary>
    public IDisposable CancelWith(CancellationToken token) => token.Register(RequestCancel);

    /// <summary>Null while the run may go on.</summary>
    public StopReason? Requested => cancel ? StopReason.Cancelled : yield ? StopReason.Yielded : null;
}
