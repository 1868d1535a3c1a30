using System.Runtime.InteropServices;

namespace Mesh.AppHost.Local.Processes;

/// <summary>Signals by their Linux numbers.</summary>
internal static partial class Signals
{
    public const int Kill = 9;
    public const int User1 = 10;
    public const int Terminate = 15;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendCore(int pid, int signal);

    /// <summary>A process that is gone already is not an error.</summary>
    public static void Send(int pid, int signal) => _ = SendCore(pid, signal);
}
