using Mesh.Cli.Running;

namespace Mesh.Cli.Files;

/// <summary>Finds the data files that the arguments of an upload name.</summary>
internal static class DataFiles
{
    private static readonly string[] Archives = [".zip", ".tar", ".tar.gz", ".tgz"];

    /// <summary>Files as they are; of a folder the IDX files with labels.txt, or else the archives.</summary>
    /// <exception cref="CommandException">Nothing is there, or two files have the same name.</exception>
    public static IReadOnlyList<DataFile> Find(IEnumerable<string> paths)
    {
        var files = paths.SelectMany(path => Directory.Exists(path) ? InFolder(path) : [DataFile.ByTime(path, Path.GetFileName(path))]).ToList();
        var twice = files.GroupBy(file => file.Name).FirstOrDefault(group => group.Count() > 1);
        return twice is null
            ? files
            : throw CommandException.Usage($"{string.Join(" and ", twice.Select(file => file.Path))} would both be called {twice.Key} in the dataset.");
    }

    private static IEnumerable<DataFile> InFolder(string folder)
    {
        var names = Directory.EnumerateFiles(folder).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal).ToList();
        var chosen = names.Where(IsIdx).ToList();
        if (chosen.Count > 0)
        {
            chosen.AddRange(names.Where(name => name == "labels.txt"));
        }
        else
        {
            chosen = [.. names.Where(name => Archives.Any(end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase)))];
        }

        return chosen.Count > 0
            ? chosen.Select(name => DataFile.ByTime(Path.Combine(folder, name), name))
            : throw CommandException.Usage($"{folder} holds neither IDX files (train-images-idx3-ubyte.gz) nor archives of image folders (.zip, .tar, .tar.gz).");
    }

    private static bool IsIdx(string name) =>
        name.Contains("-idx", StringComparison.Ordinal) && (name.EndsWith("-ubyte", StringComparison.Ordinal) || name.EndsWith("-ubyte.gz", StringComparison.Ordinal));
}
