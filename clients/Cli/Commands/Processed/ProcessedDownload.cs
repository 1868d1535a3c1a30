using System.CommandLine;
using Mesh.Cli.Files;
using Mesh.Cli.Running;
using Mesh.Client.Downloads;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Processed;

internal sealed class ProcessedDownload : MeshCommand
{
    private readonly Argument<string> _processed = new("PROCESSED") { Description = "The processed dataset; `mesh processed list` has them all." };
    private readonly Argument<string[]> _files = new("FILES") { Description = "Some of its files, train/00000.arrow. [default: all of them]", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<DirectoryInfo> _to = new("--to") { Description = "The folder they go to. [default: PROCESSED in this folder]", HelpName = "FOLDER" };

    public ProcessedDownload()
        : base("download", "Downloads shards, which any Arrow library reads, and the fitted pipeline. Run it again to go on after a break.",
            "mesh processed download aec040d2524970487e3ca51f14e62169 --to rows")
    {
        Add(_processed);
        Add(_files);
        Add(_to);
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var name = Names.Of(run, "processedDatasets", run.Get(_processed));
        var made = await run.Mesh.Pipelines.GetProcessedDatasetAsync(new GetProcessedDatasetRequest { Name = name }, cancellationToken: run.Cancel);
        var (_, told) = await FileDownloads.FetchAsync(run, made.Name, RemoteFile.Of(made), run.Get(_to), run.Get(_files));
        run.Show(made, output => output.WriteLine(told));
        return ExitCode.Ok;
    }
}
