using System.CommandLine;
using Mesh.Cli.Running;
using Mesh.Ingest.V1;

namespace Mesh.Cli.Commands.Datasets;

internal sealed class DatasetCreate : MeshCommand
{
    private readonly Argument<string> _id = new("DATASET") { Description = "Its id: lower-case letters, digits and hyphens, starting with a letter." };
    private readonly Option<string> _displayName = new("--display-name") { Description = "A name for people.", HelpName = "TEXT" };
    private readonly Option<string> _description = new("--description") { Description = "What is in it and where it comes from.", HelpName = "TEXT" };

    public DatasetCreate()
        : base("create", "Creates an empty dataset. `mesh dataset upload` does this too.", "mesh dataset create fashion-mnist --description \"Clothes, 28x28 gray\"")
    {
        Add(_id);
        Add(_displayName);
        Add(_description);
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var created = await run.Mesh.Datasets.CreateDatasetAsync(
            new CreateDatasetRequest
            {
                Parent = run.Project,
                DatasetId = run.Get(_id),
                Dataset = new Dataset { DisplayName = run.Get(_displayName) ?? "", Description = run.Get(_description) ?? "" },
                RequestId = CommandRun.NewRequestId(),
            }, cancellationToken: run.Cancel);
        run.Show(created, output => output.WriteLine($"Created {created.Name}. Next: {run.Command($"dataset upload {Names.Id(created.Name)} FILES")}"));
        return ExitCode.Ok;
    }
}
