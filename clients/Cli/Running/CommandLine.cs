using System.CommandLine;
using System.CommandLine.Invocation;
using Grpc.Core;
using Mesh.Cli.Output;
using Mesh.Client;

namespace Mesh.Cli.Running;

/// <summary>From arguments to an exit code.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = CommandTree.Create().Parse(args);
        if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction)
        {
            return Refuse(parsed);
        }

        using var interrupts = new Interrupts();
        try
        {
            var settings = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parsed.InvokeAsync(settings, interrupts.Token);
        }
        catch (OperationCanceledException) when (interrupts.Token.IsCancellationRequested)
        {
            return interrupts.ExitCode;
        }
    }

    /// <exception cref="OperationCanceledException">Interrupted.</exception>
    public static async Task<int> RunCommandAsync(MeshCommand command, ParseResult parsed, CancellationToken cancel)
    {
        var terminal = new Terminal(parsed.GetValue(GlobalOptions.Output) == "json", parsed.GetValue(GlobalOptions.Quiet));
        Uri? address = null;
        try
        {
            address = GlobalOptions.Address(parsed);
            using var mesh = new MeshClient(new MeshClientOptions { Address = address, MaxAttempts = command.MaxAttempts });
            return await command.RunAsync(new CommandRun(mesh, terminal, parsed, cancel));
        }
        catch (Exception e) when (cancel.IsCancellationRequested && e is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            throw new OperationCanceledException(cancel);
        }
        catch (Exception e)
        {
            var (exitCode, message) = Failure.Describe(e, address);
            await terminal.Error.WriteLineAsync($"mesh: {message}");
            return exitCode;
        }
    }

    private static int Refuse(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        foreach (var error in parsed.Errors)
        {
            Console.Error.WriteLine($"mesh: {error.Message}");
        }

        if (command.Subcommands.Count > 0)
        {
            Console.Error.WriteLine($"Commands: {string.Join(", ", command.Subcommands.Select(c => c.Name))}");
        }

        Console.Error.WriteLine($"Help: {string.Join(' ', PathOf(parsed).Append("--help"))}");
        return ExitCode.Usage;
    }

    private static IEnumerable<string> PathOf(ParseResult parsed)
    {
        var path = new Stack<string>();
        for (System.CommandLine.Parsing.SymbolResult? at = parsed.CommandResult; at is System.CommandLine.Parsing.CommandResult level; at = at.Parent)
        {
            path.Push(level.Command is RootCommand ? "mesh" : level.Command.Name);
        }

        return path;
    }
}
