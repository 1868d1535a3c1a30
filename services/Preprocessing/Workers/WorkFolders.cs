using Mesh.Jobs.Workers;
using Mesh.Preprocessing.Pipelines;
using Mesh.ServiceDefaults.Hosting;

namespace Mesh.Preprocessing.Workers;

/// <summary>Where workers put shards before they are published: "{state}/work/{project}.{run}/{attempt}", or "…/{part}.{attempt}".</summary>
internal static class WorkFolders
{
    /// <summary>A folder of this attempt alone, so that one which lost its lease cannot touch the next one's; what earlier attempts left is removed.</summary>
    public static string Create(ServiceIdentity identity, WorkerSession session)
    {
        var part = Names.RunPart.TryParse(session.Name, out var ids) ? $"{ids[3]}." : "";
        ids = part.Length > 0 ? ids : Names.Run.Parse(session.Name, "name");
        // No id has a dot in it.
        var run = Path.Combine(Root(identity), $"{ids[0]}.{ids[2]}");
        for (var earlier = 1; earlier < session.Attempt; earlier++)
        {
            Remove(Path.Combine(run, $"{part}{earlier}"));
        }

        var folder = Path.Combine(run, $"{part}{session.Attempt}");
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return folder;
    }

    /// <summary>The folders of runs.</summary>
    public static IEnumerable<(string Project, string Run, string Folder)> All(ServiceIdentity identity) =>
        from folder in Directory.Exists(Root(identity)) ? Directory.GetDirectories(Root(identity)) : []
        let ids = Path.GetFileName(folder).Split('.')
        where ids.Length == 2
        select (ids[0], ids[1], folder);

    public static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Never made, or removed by the other of worker and service.
        }
    }

    private static string Root(ServiceIdentity identity) => Path.Combine(identity.StateFolder, "work");
}
