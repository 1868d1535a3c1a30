using System.CommandLine;
using Grpc.Core;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Ingest.V1;
using static Mesh.Ingest.V1.DiffDatasetVersionsResponse.Types;

namespace Mesh.Cli.Commands.Datasets;

internal sealed class DatasetDiff : MeshCommand
{
    private readonly VersionArgument _version = new("A version. [default: the newest]");
    private readonly Argument<string> _base = new("BASE") { Description = "The version of the same dataset that it is compared with: a number or a tag." };
    private readonly Option<bool> _records = new("--records") { Description = "Compare the records too; reads both versions." };

    public DatasetDiff()
        : base("diff", "Shows what was added, removed and changed from one version to another.", "mesh dataset diff people/4 3", "mesh dataset diff people/latest production --records")
    {
        Add(_version);
        Add(_base);
        Add(_records);
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var version = await _version.GetAsync(run);
        var other = await VersionArgument.GetAsync(run, version.Name[..version.Name.IndexOf("/versions/", StringComparison.Ordinal)], run.Get(_base));
        var request = new DiffDatasetVersionsRequest { Name = version.Name, BaseVersion = other.Name, Records = run.Get(_records) };
        var diff = await run.Terminal.StageAsync("compare", stage => CompareAsync(run, request, stage));
        run.Show(diff, output => Write(output, diff));
        return ExitCode.Ok;
    }

    private static async Task<DiffDatasetVersionsResponse> CompareAsync(CommandRun run, DiffDatasetVersionsRequest request, IStage stage)
    {
        var all = new DiffDatasetVersionsResponse();
        using var call = run.Mesh.Datasets.DiffDatasetVersions(request, cancellationToken: run.Cancel);
        await foreach (var message in call.ResponseStream.ReadAllAsync(run.Cancel))
        {
            if (message.Progress is { } progress)
            {
                stage.Report(progress.Done, progress.Total, progress.Stage);
            }

            all.MergeFrom(message);
        }

        all.Progress = null;
        return all;
    }

    private static void Write(TextWriter output, DiffDatasetVersionsResponse diff)
    {
        foreach (var file in diff.Files)
        {
            output.WriteLine($"{Sign(file.Change)} {Printable.Line(file.Path)}");
        }

        output.WriteLine($"files    {Totals(diff.FileTotals)}");
        if (diff.RecordTotals is null)
        {
            return;
        }

        foreach (var record in diff.Records.Take(20))
        {
            output.WriteLine($"{Sign(record.Change)} {Printable.Line(record.Source.Length > 0 ? record.Source : record.BaseSource)}");
        }

        if (diff.Records.Count > 20)
        {
            output.WriteLine("  …");
        }

        output.WriteLine($"records  {Totals(diff.RecordTotals)}");
    }

    private static string Sign(Change change) => change switch { Change.Added => "+", Change.Removed => "-", _ => "~" };

    private static string Totals(Totals totals) =>
        $"{Amount.Count(totals.Added)} added, {Amount.Count(totals.Removed)} removed, {Amount.Count(totals.Changed)} changed, {Amount.Count(totals.Unchanged)} unchanged";
}
