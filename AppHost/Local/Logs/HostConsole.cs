namespace Mesh.AppHost.Local.Logs;

/// <summary>
/// What the operator sees. The app host's own lines also go to its log file. When quiet, services are heard only at warning and above.
/// </summary>
internal sealed class HostConsole(TextWriter output, string logPath, bool quiet) : IDisposable
{
    private static readonly string[] Colours = ["36", "32", "35", "34", "33", "96", "92", "95"];

    private readonly Lock gate = new();
    private readonly LogFile log = new(logPath);
    private readonly bool coloured = output == Console.Out && !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";

    public void Info(string line) => Own(line, null);

    public void Warning(string line) => Own(line, "33");

    public void Error(string line) => Own(line, "1;31");

    /// <param name="prefix">The replica's name.</param>
    /// <param name="colour">Any number; replicas of one resource share it.</param>
    public void Child(string prefix, int colour, string line, bool warning)
    {
        if (!quiet || warning)
            Write($"{Paint(prefix, Colours[colour % Colours.Length])} {line}");
    }

    public void Dispose() => log.Dispose();

    private void Own(string line, string? colour)
    {
        log.Write($"{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} {line}");
        Write(colour is null ? line : Paint(line, colour));
    }

    private string Paint(string text, string colour) => coloured ? $"\e[{colour}m{text}\e[0m" : text;

    private void Write(string line)
    {
        lock (gate)
        {
            try
            {
                output.WriteLine(line);
            }
            catch (IOException)
            {
                // The terminal is gone; the log files have it all.
            }
        }
    }
}
