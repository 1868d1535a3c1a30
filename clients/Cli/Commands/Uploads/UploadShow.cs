using System.CommandLine;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Uploads.V1;

namespace Mesh.Cli.Commands.Uploads;

internal sealed class UploadShow : MeshCommand
{
    private readonly Argument<string> _upload = new("UPLOAD") { Description = "As `mesh upload list` calls it." };

    public UploadShow()
        : base("show", "Shows how far an upload is.", "mesh upload show upload-019a2b") => Add(_upload);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var name = Names.Of(run, "uploads", run.Get(_upload));
        var upload = await run.Mesh.Datasets.GetUploadAsync(new GetUploadRequest { Name = name }, cancellationToken: run.Cancel);
        run.Show(upload, output => TextTable.WriteFields(output,
        [
            ("upload", upload.Name),
            ("file", upload.FileName),
            ("state", UploadText.State(upload)),
            ("size", UploadText.Size(upload)),
            ("sha256", upload.Sha256),
            ("created", $"{Amount.At(upload.CreateTime)} by {upload.Creator}"),
        ]));
        return ExitCode.Ok;
    }
}
