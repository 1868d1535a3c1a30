using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Mesh.Cli.Running;

/// <summary>The usual help, and below it examples and, at the root, the exit codes.</summary>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parsed)
    {
        var output = parsed.InvocationConfiguration.Output;
        help.MaxWidth = Console.IsOutputRedirected || output != Console.Out ? 110 : Math.Clamp(Console.WindowWidth, 60, 140);
        var result = help.Invoke(parsed);
        var command = parsed.CommandResult.Command;
        if (command is MeshCommand { Examples: { Count: > 0 } examples })
        {
            output.WriteLine("Examples:");
            foreach (var example in examples)
            {
                output.WriteLine($"  {example}");
            }
        }
        else if (command is RootCommand)
        {
            output.WriteLine(ExitCode.Help);
        }

        return result;
    }
}
