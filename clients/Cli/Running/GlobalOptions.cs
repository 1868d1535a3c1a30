using System.CommandLine;

namespace Mesh.Cli.Running;

/// <summary>Options that every command takes.</summary>
internal static class GlobalOptions
{
    private const string GatewayVariable = "MESH_GATEWAY_GRPC";
    private const string GatewayDefault = "http://127.0.0.1:8001";

    public static Option<string> Gateway { get; } = new("--gateway")
    {
        Description = $"The mesh's gRPC address. [default: ${GatewayVariable}, else {GatewayDefault}]",
        HelpName = "ADDRESS",
        Recursive = true,
        Validators = { Validate<string>(value => TryAddress(value, out _) ? null : $"'{value}' is not an address such as {GatewayDefault}.") },
    };

    public static Option<string> Project { get; } = new("--project")
    {
        Description = "The project to work in. [default: default]",
        HelpName = "ID",
        Recursive = true,
    };

    public static Option<string> Output { get; } = new Option<string>("--output", "-o")
    {
        Description = "text for people; json for programs, on standard output alone. [default: text]",
        HelpName = "text|json",
        Recursive = true,
    }.AcceptOnlyFromAmong("text", "json");

    public static Option<bool> Quiet { get; } = new("--quiet", "-q")
    {
        Description = "Show no progress.",
        Recursive = true,
    };

    public static IEnumerable<Option> All => [Gateway, Project, Output, Quiet];

    /// <exception cref="CommandException">The environment names no address.</exception>
    public static Uri Address(ParseResult parsed)
    {
        var text = parsed.GetValue(Gateway) ?? Environment.GetEnvironmentVariable(GatewayVariable);
        if (string.IsNullOrWhiteSpace(text))
        {
            text = GatewayDefault;
        }

        return TryAddress(text, out var address)
            ? address
            : throw CommandException.Usage($"{GatewayVariable} is '{text}', which is not an address such as {GatewayDefault}.");
    }

    /// <summary>Whether printed commands reach the same mesh without saying so.</summary>
    public static bool IsDefault(Uri address) => address == new Uri(GatewayDefault);

    private static bool TryAddress(string text, out Uri address)
    {
        // "localhost:8001" is what people type; a URI reads it as the scheme "localhost".
        var full = text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;
        return Uri.TryCreate(full, UriKind.Absolute, out address!) && address.Scheme is "http" or "https" && address.Host.Length > 0;
    }

    private static Action<System.CommandLine.Parsing.OptionResult> Validate<T>(Func<T, string?> problem) => result =>
    {
        if (result.Tokens.Count == 1 && result.GetValueOrDefault<T>() is { } value && problem(value) is { } message)
        {
            result.AddError(message);
        }
    };
}
