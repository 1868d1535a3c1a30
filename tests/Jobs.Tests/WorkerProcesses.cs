using System.Runtime.InteropServices;
using Mesh.Tests.Shared;

namespace Mesh.Jobs.Tests;

/// <summary>Finds the worker processes of a job by their environment, and signals them as an operator would.</summary>
internal static partial class WorkerProcesses
{
    public const int SigKill = 9;
    public const int SigCont = 18;
    public const int SigStop = 19;

    public static List<int> Of(string jobName, int attempt) =>
        [.. All().Where(pid => Has(pid, $"MESH_JOB_NAME={jobName}") && Has(pid, $"MESH_JOB_ATTEMPT={attempt}"))];

    /// <summary>Waits for the workers of all parts of a group to be gone.</summary>
    public static Task AreGoneAsync(string group) => Eventually.BecomesTrueAsync(
        () => !All().Any(pid => Environ(pid).Any(v => v.StartsWith($"MESH_JOB_NAME={group}/", StringComparison.Ordinal)) && IsAlive(pid)),
        JobsHost.Patience,
        $"the workers of {group} are gone");

    public static bool IsAlive(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    public static partial int Signal(int pid, int signal);

    private static IEnumerable<int> All() =>
        Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(int.Parse!);

    private static bool Has(int pid, string variable) => Environ(pid).Contains(variable);

    private static string[] Environ(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/environ").Split('\0');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
