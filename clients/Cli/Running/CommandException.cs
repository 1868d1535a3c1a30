namespace Mesh.Cli.Running;

/// <summary>Ends a command with a message for the user.</summary>
/// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
internal sealed class CommandException(int exitCode, string message) : Exception(message)
{
    public int ExitCode => exitCode;

    /// <summary>The command line asks for something that cannot be.</summary>
    public static CommandException Usage(string message) => new(Running.ExitCode.Usage, message);

    /// <summary>A job or a check did not end well.</summary>
    public static CommandException Failed(string message) => new(Running.ExitCode.Failed, message);
}
