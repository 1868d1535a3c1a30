namespace Mesh.Cli.Files;

/// <summary>Every file below a folder.</summary>
internal static class FolderFiles
{
    /// <summary>
    /// In the order of their names. Names that start with "." are left out. A link to a file counts as the file when that lies below
    /// the folder too; links to folders, and those that lead out, are not followed and told.
    /// </summary>
    /// <param name="skipped">Is told what was left out and why.</param>
    /// <returns>Where each is, and its name below the folder with "/" between folders.</returns>
    public static IEnumerable<(string Path, string Name)> Under(string folder, Action<string> skipped)
    {
        var root = Path.TrimEndingDirectorySeparator(RealPath(folder));
        return Walk(new DirectoryInfo(folder), "", root, skipped);
    }

    private static IEnumerable<(string Path, string Name)> Walk(DirectoryInfo folder, string prefix, string root, Action<string> skipped)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos().Where(e => e.Name[0] != '.').OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            var name = prefix + entry.Name;
            switch (entry)
            {
                case DirectoryInfo { LinkTarget: not null }:
                    skipped($"Left out {name}: a link to a folder.");
                    break;
                case DirectoryInfo below:
                    foreach (var file in Walk(below, name + "/", root, skipped))
                    {
                        yield return file;
                    }

                    break;
                case FileInfo { LinkTarget: not null } when !File.Exists(RealPath(entry.FullName)):
                    skipped($"Left out {name}: a link to nothing.");
                    break;
                case FileInfo { LinkTarget: not null } when !RealPath(entry.FullName).StartsWith(root + "/", StringComparison.Ordinal):
                    skipped($"Left out {name}: a link that leads out of the folder.");
                    break;
                default:
                    yield return (entry.FullName, name);
                    break;
            }
        }
    }

    /// <summary>With every link on the way resolved, also those of the folders above.</summary>
    private static string RealPath(string path)
    {
        var full = Path.GetFullPath(path);
        if (Path.GetDirectoryName(full) is not { } parent)
        {
            return full;
        }

        var here = Path.Combine(RealPath(parent), Path.GetFileName(full));
        FileSystemInfo info = Directory.Exists(here) ? new DirectoryInfo(here) : new FileInfo(here);
        return info.LinkTarget is null ? here : RealPath(Path.Combine(Path.GetDirectoryName(here)!, info.LinkTarget));
    }
}
