using System.CommandLine;
using Mesh.Cli.Running;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Processed;

internal sealed class ProcessedDelete : MeshCommand
{
    private readonly Argument<string> _processed = new("PROCESSED") { Description = "A processed dataset that no training run holds." };

    public ProcessedDelete()
        : base("delete", "Deletes a processed dataset with its shards.", "mesh processed delete aec040d2524970487e3ca51f14e62169") => Add(_processed);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var name = Names.Of(run, "processedDatasets", run.Get(_processed));
        var empty = await run.Mesh.Pipelines.DeleteProcessedDatasetAsync(new DeleteProcessedDatasetRequest { Name = name }, cancellationToken: run.Cancel);
        run.Show(empty, output => output.WriteLine($"Deleted {name}."));
        return ExitCode.Ok;
    }
}
