namespace Mesh.Cli.Running;

/// <summary>What the process ends with; scripts rely on these.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The mesh refused, a job failed, or a result was not what it must be.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>No mesh answers, or a part of it is away.</summary>
    public const int Unreachable = 3;

    /// <summary>Ctrl+C, as shells count it: 128 + SIGINT.</summary>
    public const int Interrupted = 130;

    /// <summary>128 + SIGTERM.</summary>
    public const int Terminated = 143;

    public const string Help = """
        Exit codes:
          0    done
          1    the mesh refused, or a job failed
          2    the command line is wrong
          3    the mesh cannot be reached
          130  Ctrl+C
        """;
}
