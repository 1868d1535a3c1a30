using System.CommandLine;
using Mesh.Cli.Commands.Imports;
using Mesh.Cli.Jobs;
using Mesh.Cli.Running;
using Mesh.Client.Retrying;
using Mesh.Client.Watching;
using Mesh.Ingest.V1;

namespace Mesh.Cli.Commands.Datasets;

internal sealed class DatasetImport : MeshCommand
{
    private readonly Argument<string> _dataset = new("DATASET") { Description = "The dataset; created when missing." };
    private readonly Argument<string> _source = new("URI") { Description = "Where the mesh itself fetches from: file:///folder of its machine, s3://bucket/prefix, https://host/file." };

    private readonly Option<string[]> _include = new("--include")
    {
        Description = "Only files whose names below the source match: \"**/*.png\". May be given more than once.",
        HelpName = "PATTERN",
    };

    private readonly ReadingOptions _reading = new();

    public DatasetImport()
        : base("import", "Has the mesh fetch files, and makes a new version of the dataset of them. What it may fetch is the operator's choice.",
            "mesh dataset import pets s3://data/pets --include \"**/*.zip\"",
            "mesh dataset import digits https://data.example.org/digits.zip --format image-folder")
    {
        Add(_dataset);
        Add(_source);
        Add(_include);
        _reading.AddTo(this);
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var dataset = Names.Of(run, "datasets", run.Get(_dataset));
        var create = new CreateImportRequest
        {
            Parent = Names.Project(dataset),
            Import = new Import { SourceUri = run.Get(_source), Include = { run.Get(_include) ?? [] } },
            RequestId = CommandRun.NewRequestId(),
        };
        var import = await run.Mesh.PatientlyAsync(mesh => mesh.Imports.CreateImportAsync(create, cancellationToken: run.Cancel), run.Cancel);
        await VersionCommit.EnsureDatasetAsync(run, dataset);
        import = await JobFollow.FollowAsync(run, "import", import.Name, run.Command($"import show {Names.Id(import.Name)}"),
            run.Mesh.WatchImportAsync(import.Name, run.Cancel), i => i.Status,
            (state, stage) => stage.Report(state.Status.Progress?.Done ?? 0, state.Status.Progress?.Total ?? 0, ImportText.Progress(state)));
        var version = await VersionCommit.RunAsync(run, dataset, import.Uploads, _reading);
        run.Show(version, output => DatasetText.Write(output, version));
        return ExitCode.Ok;
    }
}
