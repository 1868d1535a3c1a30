using System.CommandLine;
using Mesh.Cli.Jobs;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Ingest.V1;

namespace Mesh.Cli.Commands.Imports;

internal sealed class ImportShow : MeshCommand
{
    private readonly Argument<string> _import = new("IMPORT") { Description = "As `mesh import list` calls it." };

    public ImportShow()
        : base("show", "Shows how far an import is, and its uploads once it has ended.", "mesh import show import-019a2b") => Add(_import);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var name = Names.Of(run, "imports", run.Get(_import));
        var import = await run.Mesh.Imports.GetImportAsync(new GetImportRequest { Name = name }, cancellationToken: run.Cancel);
        run.Show(import, output =>
        {
            TextTable.WriteFields(output,
            [
                ("import", import.Name),
                ("source", import.SourceUri),
                ("include", string.Join(", ", import.Include)),
                .. JobText.Fields(import.Status),
                ("files", ImportText.Progress(import)),
                ("creator", import.Creator),
            ]);
            foreach (var upload in import.Uploads)
            {
                output.WriteLine($"  {Printable.Line(upload)}");
            }
        });
        return ExitCode.Ok;
    }
}
