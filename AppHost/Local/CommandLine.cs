using Mesh.AppHost.Local.ApplicationModel;

namespace Mesh.AppHost.Local;

/// <summary>The app host's own options, and what is passed on to the command that runs once the mesh is healthy.</summary>
internal sealed class CommandLine
{
    public const string HelpText = """
        Starts every service of the mesh on this machine and keeps them running.

        dotnet run -c Release --project AppHost -- [demo] [options]

          demo               run the guided tour once everything is healthy; the mesh stays up afterwards

          --state DIR        where data and logs are kept (default: .mesh in the repository)
          --http-port N      the gateway's HTTP/JSON port (default 8000; 0 picks a free one)
          --grpc-port N      the gateway's gRPC port (default 8001; 0 picks a free one)
          --exit             stop everything when the demo ends and return its exit code
          --help             this text

        Any other option after `demo` is passed on to it: --json FILE, --data DIR, --epochs N.
        Environment: ConnectionStrings__mesh (PostgreSQL; default SQLite), OTEL_EXPORTER_OTLP_ENDPOINT (traces and metrics),
        DOTNET_ENVIRONMENT (default Production).
        Ctrl+C stops the mesh; a second Ctrl+C stops it at once.

        """;

    private static readonly string[] Valued = ["--state", "--http-port", "--grpc-port"];

    private readonly List<string> forwarded = [];
    private Dictionary<string, string?> settings = Unset();
    private string? error;

    /// <summary>The resource to run in this terminal once the mesh is healthy.</summary>
    public string? Command { get; private set; }

    public IReadOnlyList<string> Forwarded => forwarded;

    /// <summary>
    /// The options as configuration keys without the dashes. Null for one that is not given, so that a variable of the
    /// operator's shell that happens to be called STATE does not stand in for it.
    /// </summary>
    public IReadOnlyDictionary<string, string?> Settings => settings;

    public bool Exit { get; private set; }

    public bool Help { get; private set; }

    public static CommandLine Parse(IReadOnlyList<string> args)
    {
        var line = new CommandLine();
        for (var i = 0; i < args.Count && line.error is null; i++)
            i += line.Take(args[i], i + 1 < args.Count ? args[i + 1] : null);
        if (line.error is null && line.Exit && line.Command is null)
            line.error = "--exit goes with a command such as demo.";
        // A wrong value must not reach the program that reads the settings before Run reports the error.
        if (line.error is not null)
            line.settings = Unset();
        return line;
    }

    /// <summary>What is wrong with the command line, given the resources that can be commands; null if nothing is.</summary>
    public string? ErrorFor(IEnumerable<Resource> resources)
    {
        if (error is not null || Command is null || resources.Any(resource => resource.ExplicitStart && resource.Name == Command))
            return error;
        return $"unknown command '{Command}'.";
    }

    // Returns how many of the following arguments were used up.
    private int Take(string argument, string? next)
    {
        var equals = argument.StartsWith("--", StringComparison.Ordinal) ? argument.IndexOf('=') : -1;
        var name = equals < 0 ? argument : argument[..equals];
        if (Valued.Contains(name))
        {
            Set(name, equals < 0 ? next : argument[(equals + 1)..]);
            return equals < 0 ? 1 : 0;
        }

        if (argument is "--exit")
            Exit = true;
        else if (argument is "--help" or "-h" or "-?")
            Help = true;
        else if (Command is not null)
            forwarded.Add(argument);
        else if (argument.StartsWith('-'))
            error = $"unknown option '{argument}'.";
        else
            Command = argument;
        return 0;
    }

    private void Set(string name, string? value)
    {
        if (string.IsNullOrEmpty(value) || value.StartsWith("--", StringComparison.Ordinal))
            error = $"{name} needs a value.";
        else if (name.EndsWith("-port", StringComparison.Ordinal) && !ushort.TryParse(value, out _))
            error = $"{name} needs a port from 0 to 65535, not '{value}'.";
        else
            settings[name[2..]] = value;
    }

    private static Dictionary<string, string?> Unset() => Valued.ToDictionary(name => name[2..], _ => (string?)null);
}
