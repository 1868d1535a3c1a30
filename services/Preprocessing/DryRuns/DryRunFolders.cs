using Mesh.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace Mesh.Preprocessing.DryRuns;

/// <summary>Where dry runs have their temporary files: "{state}/dry-runs/{id}".</summary>
public sealed class DryRunFolders(ServiceIdentity identity, IOptions<PreprocessingOptions> options, TimeProvider time, ILogger<DryRunFolders> logger)
{
    /// <summary>What the end of a process may take.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(5);

    private string Root => Path.Combine(identity.StateFolder, "dry-runs");

    /// <summary>A new folder for a dry run; what a service that was killed left of others is removed.</summary>
    /// <exception cref="IOException">There is no room, or no such place.</exception>
    public string Create()
    {
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(Root, owner);
        var over = time.GetUtcNow().UtcDateTime - TimeSpan.FromSeconds(options.Value.DryRunSeconds) - Slack;
        // Another replica may be at work in those that are younger.
        foreach (var left in Directory.GetDirectories(Root).Where(folder => Directory.GetLastWriteTimeUtc(folder) < over))
        {
            Remove(left);
        }

        return Directory.CreateDirectory(Path.Combine(Root, Guid.CreateVersion7().ToString("n")), owner).FullName;
    }

    /// <summary>One that cannot be removed now is removed later.</summary>
    public void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Never made, or removed already.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.DryRunFolderLeft(e.GetType().Name);
        }
    }
}
