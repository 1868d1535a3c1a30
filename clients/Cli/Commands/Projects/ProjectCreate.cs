using System.CommandLine;
using Mesh.Cli.Running;
using Mesh.Identity.V1;

namespace Mesh.Cli.Commands.Projects;

internal sealed class ProjectCreate : MeshCommand
{
    private readonly Argument<string> _id = new("ID") { Description = "Lower-case letters, digits and hyphens, starting with a letter; at most 63." };
    private readonly Option<string> _displayName = new("--display-name") { Description = "A name for people.", HelpName = "TEXT" };

    public ProjectCreate()
        : base("create", "Creates a project.", "mesh project create vision --display-name \"Vision team\"")
    {
        Add(_id);
        Add(_displayName);
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var created = await run.Mesh.Projects.CreateProjectAsync(
            new CreateProjectRequest
            {
                ProjectId = run.Get(_id),
                Project = new Project { DisplayName = run.Get(_displayName) ?? "" },
                RequestId = CommandRun.NewRequestId(),
            }, cancellationToken: run.Cancel);
        run.Show(created, output => output.WriteLine($"Created {created.Name}. Work in it with --project {Names.Id(created.Name)}."));
        return ExitCode.Ok;
    }
}
