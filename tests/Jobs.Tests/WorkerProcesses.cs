using System.Runtime.InteropServices;

namespace Mesh.Jobs.Tests;

/// <summary>Finds the worker processes of a job by their environment, and signals them as an operator would.</summary>
internal static partial class WorkerProcesses
{
    public const int SigKill = 9;
    public const int SigCont = 18;
    public const int SigStop = 19;

    public static List<int> Of(string jobName, int attempt) =>
        [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(int.Parse!)
            .Where(pid => Has(pid, $"MESH_JOB_NAME={jobName}") && Has(pid, $"MESH_JOB_ATTEMPT={attempt}"))];

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

    private static bool Has(int pid, string variable)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/environ").Split('\0').Contains(variable);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
