using Mesh.Cli.Jobs;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Client.Listing;
using Mesh.Ingest.V1;

namespace Mesh.Cli.Commands.Imports;

internal sealed class ImportList : MeshCommand
{
    public ImportList()
        : base("list", "Lists the imports of the project: those under way, and ended ones for a while.", "mesh import list")
    {
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var imports = await run.Mesh.ListImportsAsync(run.Project, run.Cancel).ToListAsync(run.Cancel);
        run.ShowTable(new ListImportsResponse { Imports = { imports } }, imports, $"{run.Project} has no imports.",
            ["IMPORT", "STATE", "FILES", "SIZE", "SOURCE", "CREATED"],
            import =>
            [
                Names.Id(import.Name), JobText.State(import.Status), $"{Amount.Count(import.FinishedFileCount)} of {Amount.Count(import.FileCount)}",
                Amount.Bytes(import.FinishedBytes), import.SourceUri, Amount.At(import.Status.CreateTime),
            ]);
        return ExitCode.Ok;
    }
}
