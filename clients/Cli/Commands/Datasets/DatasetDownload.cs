using System.CommandLine;
using Mesh.Cli.Files;
using Mesh.Cli.Running;
using Mesh.Client.Downloads;
using Mesh.Ingest.V1;

namespace Mesh.Cli.Commands.Datasets;

internal sealed class DatasetDownload : MeshCommand
{
    private readonly VersionArgument _version = new("What to fetch. [default: the newest]");
    private readonly Argument<string[]> _files = new("FILES") { Description = "Files of the version. [default: all of them]", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<DirectoryInfo> _to = new("--to") { Description = "The folder they go to. [default: DATASET-VERSION in this folder]", HelpName = "FOLDER" };

    public DatasetDownload()
        : base("download", "Downloads files of a version and checks their SHA-256. Run it again to go on after a break.",
            "mesh dataset download fashion-mnist/1", "mesh dataset download fashion-mnist labels.txt --to data")
    {
        Add(_version);
        Add(_files);
        Add(_to);
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var version = await _version.GetAsync(run);
        var (fetched, told) = await FileDownloads.FetchAsync(run, version.Name, [.. version.Files.Select(RemoteFile.Of)], run.Get(_to), run.Get(_files));
        var paths = fetched.Select(file => file.Path).ToHashSet();
        run.Show(new DatasetVersion { Name = version.Name, Files = { version.Files.Where(file => paths.Contains(file.Path)) } }, output => output.WriteLine(told));
        return ExitCode.Ok;
    }
}
