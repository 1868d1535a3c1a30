using Mesh.Cli.Running;

namespace Mesh.Cli.Files;

/// <summary>Finds the data files that the arguments of an upload name.</summary>
internal static class DataFiles
{
    private static readonly string[] Archives = [".zip", ".tar", ".tar.gz", ".tgz"];

    /// <summary>
    /// Files as they are. Of a folder the IDX files with labels.txt, which often lie beside a description, or else the archives, or
    /// else every file below it.
    /// </summary>
    /// <param name="skipped">Is told which links were not followed.</param>
    /// <exception cref="CommandException">Nothing is there, or two files have the same name.</exception>
    public static IReadOnlyList<DataFile> Find(IEnumerable<string> paths, Action<string> skipped)
    {
        var files = paths.SelectMany(path => Directory.Exists(path) ? InFolder(path, skipped) : [DataFile.ByTime(path, Path.GetFileName(path))]).ToList();
        var twice = files.GroupBy(file => file.Name).FirstOrDefault(group => group.Count() > 1);
        return twice is null
            ? files
            : throw CommandException.Usage($"{string.Join(" and ", twice.Select(file => file.Path))} would both be called {twice.Key} in the dataset.");
    }

    /// <summary>By its name.</summary>
    public static bool IsArchive(string name) => Archives.Any(end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<DataFile> InFolder(string folder, Action<string> skipped)
    {
        var names = Directory.EnumerateFiles(folder).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal).ToList();
        List<string> chosen = [.. names.Where(IsIdx)];
        if (chosen.Count > 0)
        {
            chosen.AddRange(names.Where(name => name == "labels.txt"));
        }
        else
        {
            chosen = [.. names.Where(IsArchive)];
        }

        List<DataFile> files = chosen.Count > 0
            ? [.. chosen.Select(name => DataFile.ByTime(Path.Combine(folder, name), name))]
            : [.. FolderFiles.Under(folder, skipped).Select(file => DataFile.ByTime(file.Path, file.Name))];
        return files.Count > 0 ? files : throw CommandException.Usage($"There are no files in {folder}.");
    }

    private static bool IsIdx(string name) =>
        name.Contains("-idx", StringComparison.Ordinal) && (name.EndsWith("-ubyte", StringComparison.Ordinal) || name.EndsWith("-ubyte.gz", StringComparison.Ordinal));
}
