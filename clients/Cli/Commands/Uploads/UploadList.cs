using System.CommandLine;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Client.Listing;
using Mesh.Uploads.V1;

namespace Mesh.Cli.Commands.Uploads;

internal sealed class UploadList : MeshCommand
{
    private readonly Option<bool> _active = new("--active") { Description = "Only those that are not finished." };

    public UploadList()
        : base("list", "Lists the uploads of the project: those under way, and finished ones until they expire.", "mesh upload list", "mesh upload list --active") => Add(_active);

    public override async Task<int> RunAsync(CommandRun run)
    {
        UploadState[] states = run.Get(_active) ? [UploadState.Active, UploadState.Finishing] : [UploadState.Unspecified];
        var uploads = await states.ToAsyncEnumerable().SelectMany(state => run.Mesh.ListUploadsAsync(run.Project, state, run.Cancel)).ToListAsync(run.Cancel);
        run.ShowTable(new ListUploadsResponse { Uploads = { uploads } }, uploads, $"{run.Project} has no uploads.",
            ["UPLOAD", "FILE", "STATE", "SIZE", "CREATED"],
            upload => [Names.Id(upload.Name), upload.FileName, UploadText.State(upload), UploadText.Size(upload), Amount.At(upload.CreateTime)]);
        return ExitCode.Ok;
    }
}
