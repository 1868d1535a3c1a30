using Mesh.Cli.Jobs;
using Mesh.Client.Retrying;
using Mesh.Trainer.V1;

namespace Mesh.Cli.Tour;

/// <summary>A processed dataset to a registered model version with the alias "production". Each tour trains anew.</summary>
internal static class TrainingStage
{
    public const string Alias = "production";

    public static async Task<TrainingRun> RunAsync(TourRun tour, string processedDataset)
    {
        var run = tour.Command;
        var request = new CreateTrainingRunRequest
        {
            Parent = run.Project,
            TrainingRun = new TrainingRun
            {
                ProcessedDataset = processedDataset,
                Architecture = tour.Settings.Architecture,
                Settings = new TrainingSettings { Epochs = tour.Settings.Epochs, Seed = tour.Settings.Seed },
                Model = tour.Name("models"),
                Alias = Alias,
            },
            RequestId = tour.RequestId("training"),
        };
        return await tour.TimedAsync("train", async () =>
        {
            var training = await run.Mesh.PatientlyAsync(mesh => mesh.Training.CreateTrainingRunAsync(request, cancellationToken: run.Cancel), run.Cancel);
            return await TrainingFollow.FollowAsync(run, "train", training.Name);
        });
    }
}
