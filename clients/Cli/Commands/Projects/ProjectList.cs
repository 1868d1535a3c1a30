using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Client.Listing;
using Mesh.Identity.V1;

namespace Mesh.Cli.Commands.Projects;

internal sealed class ProjectList : MeshCommand
{
    public ProjectList()
        : base("list", "Lists the projects.", "mesh project list", "mesh project list --output json")
    {
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var projects = await run.Mesh.ListProjectsAsync(run.Cancel).ToListAsync(run.Cancel);
        run.ShowTable(new ListProjectsResponse { Projects = { projects } }, projects, "There are no projects.",
            ["PROJECT", "NAME", "STATE", "CREATED"],
            project => [Names.Id(project.Name), project.DisplayName, project.State.ToString().ToLowerInvariant(), Amount.At(project.CreateTime)]);
        return ExitCode.Ok;
    }
}
