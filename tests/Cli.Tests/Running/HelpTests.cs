using System.CommandLine;
using Mesh.Cli.Running;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Cli.Tests.Running;

/// <summary>Golden/help.txt holds the help of every command; MESH_UPDATE_GOLDEN=1 writes it anew.</summary>
public sealed class HelpTests
{
    private static readonly string Golden = Path.Combine(RepoRoot.Path, "tests", "Cli.Tests", "Golden", "help.txt");

    [Fact]
    public async Task Reads_as_agreed()
    {
        var cancel = TestContext.Current.CancellationToken;
        var found = string.Join("\n", Paths(CommandTree.Create(), []).Select(Help));
        if (Environment.GetEnvironmentVariable("MESH_UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Golden)!);
            await File.WriteAllTextAsync(Golden, found, cancel);
        }

        Assert.Equal(await File.ReadAllTextAsync(Golden, cancel), found);
    }

    [Fact]
    public void Every_command_has_examples_that_parse()
    {
        foreach (var command in Commands(CommandTree.Create()).OfType<MeshCommand>())
        {
            Assert.NotEmpty(command.Examples);
            foreach (var example in command.Examples)
            {
                var parsed = CommandTree.Create().Parse(example["mesh ".Length..]);
                var errors = parsed.Errors.Where(e => !e.Message.Contains("does not exist", StringComparison.Ordinal));
                Assert.True(!errors.Any(), $"{example}: {string.Join(" ", errors)}");
            }
        }
    }

    private static IEnumerable<Command> Commands(Command command) => command.Subcommands.SelectMany(Commands).Prepend(command);

    private static IEnumerable<string[]> Paths(Command command, string[] path) =>
        command.Subcommands.SelectMany(c => Paths(c, [.. path, c.Name])).Prepend(path);

    private static string Help(string[] path)
    {
        using var output = new StringWriter();
        CommandTree.Create().Parse([.. path, "--help"]).Invoke(new InvocationConfiguration { Output = output });
        // The usage names the running program, which is the test's here.
        var lines = output.ToString().Replace("Mesh.Cli.Tests", "mesh", StringComparison.Ordinal).Split('\n').Select(line => line.TrimEnd());
        return $"$ {string.Join(' ', path.Prepend("mesh"))} --help\n{string.Join('\n', lines)}";
    }
}
