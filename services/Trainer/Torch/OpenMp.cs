using System.Runtime.InteropServices;

namespace Mesh.Trainer.Torch;

/// <summary>How libgomp's threads wait for each other between two operations.</summary>
internal static partial class OpenMp
{
    /// <summary>
    /// Tens of microseconds of spinning before a thread sleeps; libgomp's own is milliseconds. A thread that spins takes
    /// the core from the one it waits for as soon as anything else runs on the machine: training of the two-convolution
    /// network went from 310 to 1,030 images/s on two busy cores.
    /// </summary>
    private const string SpinCount = "1000";

    /// <summary>
    /// Has an effect only before libgomp is loaded, which reads the environment of the process then. Whoever set
    /// <c>GOMP_SPINCOUNT</c> or <c>OMP_WAIT_POLICY</c> decides instead.
    /// </summary>
    public static void LimitSpinning()
    {
        // Not Environment.SetEnvironmentVariable: that changes .NET's copy only.
        if (Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null) _ = SetEnvironment("GOMP_SPINCOUNT", SpinCount, overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
