using System.CommandLine;
using Mesh.Cli.Jobs;
using Mesh.Cli.Running;
using Mesh.Ingest.V1;

namespace Mesh.Cli.Commands.Imports;

internal sealed class ImportCancel : MeshCommand
{
    private readonly Argument<string> _import = new("IMPORT") { Description = "As `mesh import list` calls it." };

    public ImportCancel()
        : base("cancel", "Stops an import. The files that are finished stay as uploads.", "mesh import cancel import-019a2b") => Add(_import);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var name = Names.Of(run, "imports", run.Get(_import));
        var import = await run.Mesh.Imports.CancelImportAsync(new CancelImportRequest { Name = name }, cancellationToken: run.Cancel);
        run.Show(import, output => output.WriteLine($"{import.Name} is {JobText.State(import.Status)}."));
        return ExitCode.Ok;
    }
}
