using System.CommandLine;
using Mesh.Client;

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
        Validators =
        {
            result =>
            {
                if (result.Tokens.Count == 1 && !MeshClientOptions.TryParseAddress(result.Tokens[0].Value, out _))
                {
                    result.AddError($"'{result.Tokens[0].Value}' is not an address such as {GatewayDefault}.");
                }
            },
        },
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
        try
        {
            return parsed.GetValue(Gateway) is { } given && MeshClientOptions.TryParseAddress(given, out var address)
                ? address
                : new MeshClientOptions().Address;
        }
        catch (ArgumentException e)
        {
            throw CommandException.Usage(e.Message);
        }
    }

    /// <summary>Whether printed commands reach the same mesh without saying so.</summary>
    public static bool IsDefault(Uri address) => address == new Uri(GatewayDefault);
}
