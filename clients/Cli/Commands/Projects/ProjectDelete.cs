using System.CommandLine;
using Mesh.Cli.Running;
using Mesh.Identity.V1;

namespace Mesh.Cli.Commands.Projects;

internal sealed class ProjectDelete : MeshCommand
{
    private readonly Argument<string> _id = new("ID") { Description = "The project; it must be empty." };

    public ProjectDelete()
        : base("delete", "Deletes an empty project. The project \"default\" stays.", "mesh project delete vision") => Add(_id);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var id = run.Get(_id);
        var name = id.StartsWith("projects/", StringComparison.Ordinal) ? id : $"projects/{id}";
        var empty = await run.Mesh.Projects.DeleteProjectAsync(new DeleteProjectRequest { Name = name }, cancellationToken: run.Cancel);
        run.Show(empty, output => output.WriteLine($"Deleted {name}."));
        return ExitCode.Ok;
    }
}
