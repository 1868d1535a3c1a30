using System.Globalization;
using System.Runtime.InteropServices;

namespace Mesh.Scenarios.Harness;

/// <summary>What /proc says.</summary>
internal static partial class ProcessTable
{
    private const int SigKill = 9;
    private const int SigTerm = 15;

    public static void Kill(int id) => Signal(id, SigKill);

    public static void Terminate(int id) => Signal(id, SigTerm);

    /// <summary>Children, their children and so on.</summary>
    public static IReadOnlyList<(int Id, string CommandLine)> Descendants(int root)
    {
        var all = All().ToList();
        var found = new List<(int Id, string CommandLine)>();
        var parents = new HashSet<int> { root };
        for (var grown = true; grown;)
        {
            grown = false;
            foreach (var process in all.Where(p => parents.Contains(p.Parent) && !parents.Contains(p.Id)))
            {
                parents.Add(process.Id);
                found.Add((process.Id, process.CommandLine));
                grown = true;
            }
        }

        return found;
    }

    public static bool IsAlive(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static IEnumerable<(int Id, int Parent, string CommandLine)> All()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var id))
            {
                continue;
            }

            string stat, command;
            try
            {
                stat = File.ReadAllText($"{folder}/stat");
                command = File.ReadAllText($"{folder}/cmdline").TrimEnd('\0').Replace('\0', ' ');
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }

            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            if (fields[0] is not ("Z" or "X"))
            {
                yield return (id, int.Parse(fields[1], CultureInfo.InvariantCulture), command);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int id, int signal);
}
