using System.CommandLine;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Client.Downloads;
using Mesh.Registry.V1;

namespace Mesh.Cli.Commands.Models;

internal sealed class ModelDownload : MeshCommand
{
    private readonly Argument<string> _model = new("MODEL[/VERSION]") { Description = "What to fetch; the latest version unless one is given." };
    private readonly Option<string> _file = new("--file") { Description = "One file of the bundle, for example model.onnx. [default: the whole bundle, a tar]", HelpName = "NAME" };
    private readonly Option<string> _to = new("--to") { Description = "Where to write it. [default: MODEL-VERSION.tar, or the file's name, in this folder]", HelpName = "PATH" };

    public ModelDownload()
        : base("download", "Downloads a model bundle and checks its SHA-256.",
            "mesh model download fashion-mnist", "mesh model download fashion-mnist/1 --file model.onnx --to fashion.onnx")
    {
        Add(_model);
        Add(_file);
        Add(_to);
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var version = await VersionAsync(run);
        var file = run.Get(_file) ?? "";
        var path = Path.GetFullPath(run.Get(_to) ?? (file.Length > 0 ? Path.GetFileName(file) : $"{Names.Short(version.Name).Replace('/', '-')}.tar"));
        var partial = path + ".partial";
        try
        {
            var sha256 = await run.Terminal.StageAsync("download", async stage =>
            {
                await using var content = File.Create(partial);
                return await run.Mesh.DownloadModelVersionAsync(version.Name, file, content, new Bytes(stage), run.Cancel);
            });
            File.Move(partial, path, overwrite: true);
            run.Show(version, output => output.WriteLine($"{path}  SHA-256 {sha256}"));
        }
        finally
        {
            File.Delete(partial);
        }

        return ExitCode.Ok;
    }

    private async Task<ModelVersion> VersionAsync(CommandRun run)
    {
        var (name, version) = Names.WithChild(run, "models", "versions", run.Get(_model));
        if (version is null)
        {
            var model = await run.Mesh.Models.GetModelAsync(new GetModelRequest { Name = name }, cancellationToken: run.Cancel);
            version = model.LatestVersion > 0 ? $"{name}/versions/{model.LatestVersion}" : throw CommandException.Failed($"{name} has no versions.");
        }

        return await run.Mesh.Models.GetModelVersionAsync(new GetModelVersionRequest { Name = version }, cancellationToken: run.Cancel);
    }

    private sealed class Bytes(IStage stage) : IProgress<(long Done, long Total)>
    {
        public void Report((long Done, long Total) value) =>
            stage.Report(value.Done, value.Total, $"{Amount.Bytes(value.Done)} of {Amount.Bytes(value.Total)}");
    }
}
