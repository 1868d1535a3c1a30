using System.CommandLine;
using Mesh.Cli.Commands.Pipelines;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Processed;

internal sealed class ProcessedShow : MeshCommand
{
    private readonly Argument<string> _processed = new("PROCESSED") { Description = "The processed dataset; `mesh processed list` has them all." };

    public ProcessedShow()
        : base("show", "Shows what a processed dataset holds and what it was made of. Shards, with their digests, are in the JSON.",
            "mesh processed show aec040d2524970487e3ca51f14e62169", "mesh processed show aec040d2524970487e3ca51f14e62169 --output json") =>
        Add(_processed);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var name = Names.Of(run, "processedDatasets", run.Get(_processed));
        var made = await run.Mesh.Pipelines.GetProcessedDatasetAsync(new GetProcessedDatasetRequest { Name = name }, cancellationToken: run.Cancel);
        run.Show(made, output => TextTable.WriteFields(output,
        [
            ("processed", made.Name),
            ("created", $"{Amount.At(made.CreateTime)} by {made.Creator}"),
            ("input", made.DatasetVersion),
            ("run", made.PipelineRun),
            ("split", SplitText.Of(made.Split)),
            .. ProcessedText.Fields(made),
            ("labels", string.Join(", ", made.Labels)),
            .. ProcessedText.Classes(made.OutputColumns),
            ("shards", $"{Amount.Count(made.Splits.Sum(split => split.Shards.Count))}, {Amount.Bytes(made.Splits.Sum(split => split.Shards.Sum(shard => shard.SizeBytes)))}"),
        ]));
        return ExitCode.Ok;
    }
}
