using Grpc.Core;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Ingest.V1;

namespace Mesh.Cli.Commands.Datasets;

internal sealed class DatasetVerify : MeshCommand
{
    private readonly VersionArgument _version = new("A version. [default: the newest]");

    public DatasetVerify()
        : base("verify", "Hashes every byte of a version again.", "mesh dataset verify people/3") => Add(_version);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var version = await _version.GetAsync(run);
        var result = await run.Terminal.StageAsync("verify", stage => VerifyAsync(run, version.Name, stage));
        run.Show(result, output =>
        {
            foreach (var problem in result.Problems)
            {
                output.WriteLine($"{(problem.Path.Length > 0 ? problem.Path : version.Name)}: {Printable.Line(problem.Description)}");
            }

            output.WriteLine(result.Problems.Count == 0
                ? $"{version.Name} is what it was: {version.Files.Count} files, {Amount.Bytes(result.Progress.Total)}."
                : $"{version.Name} is damaged in {result.Problems.Count} places.");
        });
        return result.Problems.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static async Task<VerifyDatasetVersionResponse> VerifyAsync(CommandRun run, string name, IStage stage)
    {
        var all = new VerifyDatasetVersionResponse();
        using var call = run.Mesh.Datasets.VerifyDatasetVersion(new VerifyDatasetVersionRequest { Name = name }, cancellationToken: run.Cancel);
        await foreach (var message in call.ResponseStream.ReadAllAsync(run.Cancel))
        {
            all.Problems.Add(message.Problems);
            if (message.Progress is { } progress)
            {
                all.Progress = progress;
                stage.Report(progress.Done, progress.Total, progress.Stage);
            }
        }

        return all;
    }
}
