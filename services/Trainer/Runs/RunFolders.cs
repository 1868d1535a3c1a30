using Mesh.ServiceDefaults.Hosting;

namespace Mesh.Trainer.Runs;

/// <summary>Where a run keeps its files: metrics (written by the service), checkpoints, bundle and predictions (by its workers).</summary>
public sealed class RunFolders(ServiceIdentity identity, ILogger<RunFolders> logger)
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly Mesh.ServiceDefaults.Names.ResourcePattern Pattern = RunRequests.Run;

    // No project has a dot in its id.
    private string Aside => Path.Combine(identity.StateFolder, "runs", ".deleted");

    /// <param name="run">"projects/p/trainingRuns/r"</param>
    public string Of(string run)
    {
        var ids = Pattern.Parse(run, "name");
        return Path.Combine(identity.StateFolder, "runs", ids[0], ids[1]);
    }

    public string Metrics(string run) => Path.Combine(Of(run), "metrics.pb");

    public string Checkpoints(string run) => Path.Combine(Of(run), "checkpoints");

    /// <summary>Moves a run's files to where a crash cannot leave them for ever: <see cref="RemoveSetAside()"/> at the next start.</summary>
    /// <returns>Where they are now; null when there are none.</returns>
    public string? SetAside(string run)
    {
        Directory.CreateDirectory(Aside, Owner);
        var aside = Path.Combine(Aside, Guid.NewGuid().ToString("n"));
        try
        {
            Directory.Move(Of(run), aside);
            return aside;
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void Restore(string run, string aside) => Directory.Move(aside, Of(run));

    /// <summary>Removes the files of runs that were deleted.</summary>
    public void RemoveSetAside()
    {
        foreach (var aside in Directory.Exists(Aside) ? Directory.GetDirectories(Aside) : [])
        {
            RemoveSetAside(aside);
        }
    }

    /// <summary>What cannot be removed now is left to the next start.</summary>
    public void RemoveSetAside(string aside)
    {
        try
        {
            Directory.Delete(aside, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.FilesLeft(aside, e);
        }
    }

    public string Create(string run)
    {
        var folder = Of(run);
        Directory.CreateDirectory(folder, Owner);
        return folder;
    }
}
