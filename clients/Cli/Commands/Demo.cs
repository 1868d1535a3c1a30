using System.CommandLine;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Cli.Tour;
using Mesh.Identity.V1;

namespace Mesh.Cli.Commands;

internal sealed class Demo : MeshCommand
{
    private readonly Option<DirectoryInfo> _data = new Option<DirectoryInfo>("--data")
    {
        Description = "A folder of IDX files: {train,t10k}-{images-idx3,labels-idx1}-ubyte[.gz], label names in labels.txt. [default: samples/fashion-mnist]",
        HelpName = "DIR",
    }.AcceptExistingOnly();

    private readonly Option<int> _epochs = new("--epochs") { Description = "Passes over the training data.", HelpName = "N", DefaultValueFactory = _ => 8 };
    private readonly Option<long> _seed = new("--seed") { Description = "Of the split and the training.", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly Option<string> _architecture = new("--architecture") { Description = "What is trained.", HelpName = "ID", DefaultValueFactory = _ => "cnn" };
    private readonly Option<FileInfo> _json = new("--json") { Description = "Write what was measured to a file.", HelpName = "FILE" };

    public Demo()
        : base("demo", "The whole way, on real data: upload, ingest, preprocess, train, deploy, and every test image served and checked.",
            "mesh demo", "mesh demo --epochs 3 --json result.json", "mesh demo --data /usr/share/datasets/fashion-mnist --epochs 5")
    {
        Add(_data);
        Add(_epochs);
        Add(_seed);
        Add(_architecture);
        Add(_json);
        _epochs.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var epochs) && epochs < 1)
            {
                result.AddError("--epochs must be at least 1.");
            }
        });
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var data = await TourData.LoadAsync(run.Get(_data)?.FullName, run.Cancel);
        // At the start a mesh that is not there is told at once; once on its way the tour waits for what restarts.
        await run.Mesh.Projects.GetProjectAsync(new GetProjectRequest { Name = run.Project }, cancellationToken: run.Cancel);
        run.Terminal.Note($"{Amount.Count(data.TrainCount)} training and {Amount.Count(data.TestCount)} test images from {data.Folder}");

        var tour = new TourRun(run, data, new TourSettings(run.Get(_epochs), run.Get(_seed), run.Get(_architecture)!));
        var version = await IngestStage.RunAsync(tour);
        var processed = await PreprocessStage.RunAsync(tour, version.Name);
        var training = await TrainingStage.RunAsync(tour, processed);
        await DeployStage.RunAsync(tour, training.ModelVersion);
        var served = await ServeStage.RunAsync(tour, training);

        var report = TourReport.Of(tour, training, served);
        if (run.Get(_json) is { } file)
        {
            await File.WriteAllTextAsync(file.FullName, report.ToJson() + "\n", run.Cancel);
        }

        if (run.Json)
        {
            run.Terminal.Out.WriteLine(report.ToJson());
        }
        else
        {
            report.Write(run.Terminal.Out, served);
        }

        if (report.Problems(served).ToList() is { Count: > 0 } problems)
        {
            throw CommandException.Failed($"The demo did not hold: {string.Join("; ", problems)}.");
        }

        // The app host sets MESH_EXIT when it stops everything after this.
        if (!run.Json && Environment.GetEnvironmentVariable("MESH_EXIT") != "true")
        {
            await NextSteps.WriteAsync(tour);
        }

        return ExitCode.Ok;
    }
}
