using System.CommandLine;
using Mesh.Cli.Files;
using Mesh.Cli.Running;

namespace Mesh.Cli.Commands.Datasets;

internal sealed class DatasetUpload : MeshCommand
{
    private readonly Argument<string> _dataset = new("DATASET") { Description = "The dataset; created when missing." };

    private readonly Argument<FileSystemInfo[]> _files = new Argument<FileSystemInfo[]>("FILES")
    {
        Description = "Files and folders. Of a folder its IDX files, else its archives, else every file below it by its relative path. More than 1,000 files are sent as one archive.",
        Arity = ArgumentArity.OneOrMore,
    }.AcceptExistingOnly();

    private readonly ReadingOptions _reading = new();

    private readonly Option<int> _parallel = new Option<int>("--parallel")
    {
        Description = "Files sent at the same time.",
        HelpName = "N",
        DefaultValueFactory = _ => FileUploads.AtOnce,
        Validators =
        {
            result =>
            {
                if (result.GetValueOrDefault<int>() is < 1 or > 64)
                {
                    result.AddError("--parallel must be 1 to 64.");
                }
            },
        },
    };

    public DatasetUpload()
        : base("upload", "Uploads files as a new version of a dataset, and waits until it is checked. Run it again to go on after a break.",
            "mesh dataset upload fashion-mnist samples/fashion-mnist",
            "mesh dataset upload pets pets.zip --format image-folder",
            "mesh dataset upload people people.csv --label-column churned --type zip=string --key-column id",
            "mesh dataset upload logs day1/ day2/ --parallel 8")
    {
        Add(_dataset);
        Add(_files);
        _reading.AddTo(this);
        Add(_parallel);
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var dataset = Names.Of(run, "datasets", run.Get(_dataset));
        var files = DataFiles.Find(run.Get(_files).Select(file => file.FullName), run.Terminal.Note);
        await VersionCommit.EnsureDatasetAsync(run, dataset);
        var uploads = await FilePack.SendAsync(run.Terminal, files, $"{Names.Id(dataset)}.tar", SendAsync, run.Cancel);
        var version = await VersionCommit.RunAsync(run, dataset, uploads, _reading);
        run.Show(version, output => DatasetText.Write(output, version));
        return ExitCode.Ok;

        Task<IReadOnlyList<string>> SendAsync(IReadOnlyList<DataFile> sent) =>
            run.Terminal.StageAsync("upload", stage => FileUploads.SendAsync(run, Names.Project(dataset), sent, stage, run.Get(_parallel)));
    }
}
