using System.CommandLine;

namespace Mesh.Cli.Running;

/// <summary>One command: its arguments, its help and what it does. A new one is a file under Commands and a line in <see cref="CommandTree"/>.</summary>
internal abstract class MeshCommand : Command
{
    /// <param name="examples">Shown below the help, one a line.</param>
    protected MeshCommand(string name, string description, params IReadOnlyList<string> examples)
        : base(name, description)
    {
        Examples = examples;
        SetAction((parsed, cancel) => CommandLine.RunCommandAsync(this, parsed, cancel));
    }

    public IReadOnlyList<string> Examples { get; }

    /// <summary>How often a call is sent while the mesh is UNAVAILABLE: few, so that a mesh that is not there is reported within 3 s.</summary>
    public virtual int MaxAttempts => 4;

    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public abstract Task<int> RunAsync(CommandRun run);
}
