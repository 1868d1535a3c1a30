using System.CommandLine;
using Mesh.Cli.Running;
using Mesh.Ingest.V1;

namespace Mesh.Cli.Commands.Datasets;

internal sealed class DatasetDelete : MeshCommand
{
    private readonly Argument<string> _dataset = new("DATASET[/VERSION]") { Description = "A dataset without versions, or a version that nothing holds." };

    public DatasetDelete()
        : base("delete", "Deletes a version, or a dataset that has none.", "mesh dataset delete fashion-mnist/1", "mesh dataset delete fashion-mnist") => Add(_dataset);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var (name, version) = Names.WithChild(run, "datasets", "versions", run.Get(_dataset));
        var empty = version is null
            ? await run.Mesh.Datasets.DeleteDatasetAsync(new DeleteDatasetRequest { Name = name }, cancellationToken: run.Cancel)
            : await run.Mesh.Datasets.DeleteDatasetVersionAsync(new DeleteDatasetVersionRequest { Name = version }, cancellationToken: run.Cancel);
        run.Show(empty, output => output.WriteLine($"Deleted {version ?? name}."));
        return ExitCode.Ok;
    }
}
