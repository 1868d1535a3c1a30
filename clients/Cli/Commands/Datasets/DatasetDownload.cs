using System.CommandLine;
using Mesh.Cli.Files;
using Mesh.Cli.Output;
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
        var folder = Path.GetFullPath(run.Get(_to)?.FullName ?? Names.Short(version.Name).Replace('/', '-'));
        var files = Chosen(version, run.Get(_files));
        var total = files.Sum(file => file.SizeBytes);
        await run.Terminal.StageAsync("download", async stage =>
        {
            var count = new ByteCount(stage, total);
            var options = new ParallelOptions { MaxDegreeOfParallelism = FileUploads.AtOnce, CancellationToken = run.Cancel };
            await Parallel.ForEachAsync(files, options, async (file, cancel) =>
            {
                var path = PathOf(folder, file);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                using var part = stage.Part(file.Path);
                await run.Mesh.DownloadFileAsync(version.Name, file, path, count.Of(file.Path, file.SizeBytes, part), cancel);
            });
            count.Finish(files.Count);
            return true;
        });
        run.Show(new DatasetVersion { Name = version.Name, Files = { files } }, output => output.WriteLine($"{folder}  {files.Count} files, {Amount.Bytes(total)}, SHA-256 checked"));
        return ExitCode.Ok;
    }

    private static IReadOnlyList<DatasetFile> Chosen(DatasetVersion version, string[] names) => names.Length == 0
        ? version.Files
        :
        [
            .. names.Distinct().Select(name => version.Files.SingleOrDefault(file => file.Path == name)
                ?? throw CommandException.Usage($"{version.Name} has no file {name}. It has {string.Join(", ", version.Files.Take(20).Select(file => file.Path))}{(version.Files.Count > 20 ? ", …" : "")}.")),
        ];

    /// <summary>Below the folder, whatever the mesh says.</summary>
    private static string PathOf(string folder, DatasetFile file)
    {
        var path = Path.GetFullPath(Path.Join(folder, file.Path));
        return path.StartsWith(folder + "/", StringComparison.Ordinal) ? path : throw new InvalidDataException($"\"{Printable.Line(file.Path)}\" is no name for a file below {folder}.");
    }
}
