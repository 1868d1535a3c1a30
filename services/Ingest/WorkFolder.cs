using Mesh.ServiceDefaults.Hosting;

namespace Mesh.Ingest;

/// <summary>Where commits and comparisons keep files while they run: "{state}/work". Each makes names of its own in it, and removes them.</summary>
internal sealed class WorkFolder(ServiceIdentity identity, TimeProvider time)
{
    /// <summary>What nobody has written to for so long was left by a process that was killed. Another replica may share the folder.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    public string Path => System.IO.Path.Combine(identity.StateFolder, "work");

    public void Sweep()
    {
        var before = time.GetUtcNow().UtcDateTime - Abandoned;
        foreach (var entry in Directory.Exists(Path) ? new DirectoryInfo(Path).GetFileSystemInfos() : [])
        {
            if (entry.LastWriteTimeUtc >= before)
            {
                continue;
            }

            if (entry is DirectoryInfo folder)
            {
                folder.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }
    }
}
