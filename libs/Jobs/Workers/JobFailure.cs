namespace Mesh.Jobs.Workers;

/// <summary>Thrown by a worker's body: the attempt failed for a reason that the job's owner is to see.</summary>
/// <param name="reason">UPPER_SNAKE_CASE, stable: "LOSS_DIVERGED".</param>
/// <param name="message">For people; no server path, no stack trace.</param>
/// <param name="retryable">Whether another attempt may succeed where this one failed.</param>
public sealed class JobFailure(string reason, string message, bool retryable = false, Exception? inner = null) : Exception(message, inner)
{
    public string Reason => reason;

    public bool Retryable => retryable;
}
