namespace Mesh.Jobs.Launching;

/// <summary>Where workers run. A child process of the service is the first; clusters come behind the same seam.</summary>
public interface ILauncher
{
    /// <summary>Starts a worker and returns at once. Cannot be cancelled: the job is claimed, and this says what became of it.</summary>
    /// <exception cref="WorkerLaunchException">It could not be started; another attempt may succeed.</exception>
    Task<ILaunchedWorker> LaunchAsync(WorkerLaunch launch);
}

/// <summary>A worker to be started.</summary>
/// <param name="Environment">Everything it needs to know; the run token is among it and never in an argument.</param>
/// <param name="LogFile">Its output is appended here.</param>
public sealed record WorkerLaunch(string JobName, int Attempt, IReadOnlyDictionary<string, string> Environment, string LogFile);

/// <summary>A worker that was started.</summary>
public interface ILaunchedWorker
{
    /// <summary>Completes when it is gone, with how it went: "exit code 1", "SIGKILL". Never faults.</summary>
    Task<string> Exited { get; }

    /// <summary>Asks it to checkpoint and leave (SIGTERM). No effect when it is gone.</summary>
    void RequestStop();

    /// <summary>Ends it now. No effect when it is gone.</summary>
    void Kill();
}

public sealed class WorkerLaunchException(string message, Exception? inner = null) : Exception(message, inner);
