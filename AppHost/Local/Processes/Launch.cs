namespace Mesh.AppHost.Local.Processes;

/// <summary>Everything needed to start a process.</summary>
/// <param name="Environment">All of its environment; nothing is inherited.</param>
/// <param name="Watched">True if it ends by itself when its standard input does; otherwise a watchdog sees to it.</param>
/// <param name="Foreground">True if it writes to this terminal.</param>
internal sealed record Launch(
    string Program,
    IReadOnlyList<string> Arguments,
    string WorkingDirectory,
    IReadOnlyDictionary<string, string> Environment,
    bool Watched,
    bool Foreground = false);
