namespace Mesh.Gateway.Serving;

/// <summary>What became of a call that was sent to a replica.</summary>
internal enum ForwardOutcome
{
    /// <summary>The caller has what the replica said, whatever that was.</summary>
    Answered,

    /// <summary>There was no connection: the replica saw nothing of the call, the caller nothing of an answer.</summary>
    NotReached,

    /// <summary>The replica went away under the call; the caller saw nothing of an answer.</summary>
    Lost,

    /// <summary>The replica went away in the middle of an answer too large to keep; the caller's stream was reset.</summary>
    CutOff,
}

/// <param name="Reason">For the log; empty when answered.</param>
internal readonly record struct ForwardResult(ForwardOutcome Outcome, string Reason)
{
    public static readonly ForwardResult Answered = new(ForwardOutcome.Answered, "");
}
