using Mesh.ServiceDefaults.Hosting;

namespace Mesh.Trainer.Runs;

/// <summary>Where a run keeps its files: metrics (written by the service), checkpoints, bundle and predictions (by its workers).</summary>
public sealed class RunFolders(ServiceIdentity identity)
{
    private static readonly Mesh.ServiceDefaults.Names.ResourcePattern Pattern = RunRequests.Run;

    /// <param name="run">"projects/p/trainingRuns/r"</param>
    public string Of(string run)
    {
        var ids = Pattern.Parse(run, "name");
        return Path.Combine(identity.StateFolder, "runs", ids[0], ids[1]);
    }

    public string Metrics(string run) => Path.Combine(Of(run), "metrics.pb");

    public string Checkpoints(string run) => Path.Combine(Of(run), "checkpoints");

    public string Create(string run)
    {
        var folder = Of(run);
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return folder;
    }
}
