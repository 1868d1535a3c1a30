using Mesh.Cli.Commands.Pipelines;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Client;
using Xunit;

namespace Mesh.Cli.Tests.Running;

public sealed class NamesTests
{
    private static readonly CommandRun Run = new(
        new MeshClient(), new Terminal(json: false, quiet: true), CommandTree.Create().Parse(["status", "--project", "p"]), CancellationToken.None);

    [Theory]
    [InlineData("m", "projects/p/models/m", null)]
    [InlineData("m/3", "projects/p/models/m", "projects/p/models/m/versions/3")]
    [InlineData("projects/q/models/m", "projects/q/models/m", null)]
    [InlineData("projects/q/models/m/versions/3", "projects/q/models/m", "projects/q/models/m/versions/3")]
    public void Takes_short_and_full_names(string typed, string resource, string? version) =>
        Assert.Equal((resource, version), Names.WithChild(Run, "models", "versions", typed));

    [Theory]
    [InlineData("m", "projects/p/models/m/aliases/production")]
    [InlineData("m@beta", "projects/p/models/m/aliases/beta")]
    [InlineData("m/3", "projects/p/models/m/versions/3")]
    [InlineData("projects/q/models/m/aliases/x", "projects/q/models/m/aliases/x")]
    public void Knows_what_to_serve(string typed, string model) => Assert.Equal(model, Names.ServedModel(Run, typed));

    [Theory]
    [InlineData("projects/p/models/m/versions/3", "m/3")]
    [InlineData("projects/p/models/m/aliases/production", "m@production")]
    [InlineData("projects/p/trainingRuns/run-1", "run-1")]
    [InlineData("projects/p", "p")]
    [InlineData("", "")]
    public void Shortens(string name, string expected) => Assert.Equal(expected, Names.Short(name));

    [Fact]
    public void Reads_transforms()
    {
        var transform = TransformArgument.Parse("normalize mean=[0.5] auto=true fit=cover width=28 name=\"28\"");

        Assert.Equal("normalize", transform.Type);
        Assert.Equal("""{ "mean": [ 0.5 ], "auto": true, "fit": "cover", "width": 28, "name": "28" }""", transform.Parameters.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("resize width")]
    [InlineData("resize =3")]
    [InlineData("resize width=1 width=2")]
    public void Refuses_what_is_no_transform(string text) =>
        Assert.Equal(ExitCode.Usage, Assert.Throws<CommandException>(() => TransformArgument.Parse(text)).ExitCode);
}
