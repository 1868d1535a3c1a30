using System.CommandLine;
using Mesh.Cli.Running;
using Mesh.Uploads.V1;

namespace Mesh.Cli.Commands.Uploads;

internal sealed class UploadDelete : MeshCommand
{
    private readonly Argument<string[]> _uploads = new("UPLOADS") { Description = "As `mesh upload list` calls them.", Arity = ArgumentArity.OneOrMore };

    public UploadDelete()
        : base("delete", "Deletes uploads with their bytes. A version that was made of one keeps them.", "mesh upload delete upload-019a2b") => Add(_uploads);

    public override async Task<int> RunAsync(CommandRun run)
    {
        foreach (var typed in run.Get(_uploads))
        {
            var name = Names.Of(run, "uploads", typed);
            var empty = await run.Mesh.Datasets.DeleteUploadAsync(new DeleteUploadRequest { Name = name }, cancellationToken: run.Cancel);
            run.Show(empty, output => output.WriteLine($"Deleted {name}."));
        }

        return ExitCode.Ok;
    }
}
