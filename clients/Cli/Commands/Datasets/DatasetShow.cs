using System.CommandLine;
using Mesh.Cli.Jobs;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Client.Listing;
using Mesh.Ingest.V1;

namespace Mesh.Cli.Commands.Datasets;

internal sealed class DatasetShow : MeshCommand
{
    private readonly Argument<string> _dataset = new("DATASET[/VERSION]") { Description = "A dataset, or one of its versions." };

    public DatasetShow()
        : base("show", "Shows a dataset with its versions, or one version with its splits, labels and rejected records.",
            "mesh dataset show fashion-mnist", "mesh dataset show fashion-mnist/1") => Add(_dataset);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var (name, versionName) = Names.WithChild(run, "datasets", "versions", run.Get(_dataset));
        if (versionName is not null)
        {
            var version = await run.Mesh.Datasets.GetDatasetVersionAsync(new GetDatasetVersionRequest { Name = versionName }, cancellationToken: run.Cancel);
            run.Show(version, output => DatasetText.Write(output, version));
            return ExitCode.Ok;
        }

        var dataset = await run.Mesh.Datasets.GetDatasetAsync(new GetDatasetRequest { Name = name }, cancellationToken: run.Cancel);
        var versions = run.Json ? [] : await run.Mesh.ListDatasetVersionsAsync(name, run.Cancel).ToListAsync(run.Cancel);
        run.Show(dataset, output =>
        {
            TextTable.WriteFields(output,
            [
                ("dataset", dataset.Name),
                ("name", dataset.DisplayName),
                ("description", dataset.Description),
                ("latest", dataset.LatestVersion),
                ("created", $"{Amount.At(dataset.CreateTime)} by {dataset.Creator}"),
            ]);
            if (versions.Count > 0)
            {
                output.WriteLine();
                TextTable.Write(output, ["VERSION", "STATE", "RECORDS", "CREATED"],
                    versions.Select(v => (string[])[Names.Id(v.Name), JobText.State(v.Status), DatasetText.Splits(v), Amount.At(v.Status.CreateTime)]));
            }
        });
        return ExitCode.Ok;
    }
}
