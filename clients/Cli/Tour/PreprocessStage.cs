using System.Security.Cryptography;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Mesh.Cli.Jobs;
using Mesh.Cli.Running;
using Mesh.Client.Retrying;
using Mesh.Client.Watching;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Tour;

/// <summary>A dataset version to a processed dataset, by a pipeline whose id follows from its content.</summary>
internal static class PreprocessStage
{
    // A tenth of a small set says little enough; a twentieth of a large one says as much.
    private const int LargeSet = 20_000;

    public static async Task<string> RunAsync(TourRun tour, string datasetVersion)
    {
        var run = tour.Command;
        return await tour.TimedAsync("preprocess", async () =>
        {
            var pipeline = await PipelineAsync(tour);
            var request = new CreatePipelineRunRequest { Parent = pipeline.Name, DatasetVersion = datasetVersion, RequestId = tour.RequestId("pipeline-run") };
            var job = await run.Mesh.PatientlyAsync(mesh => mesh.Pipelines.CreatePipelineRunAsync(request, cancellationToken: run.Cancel), run.Cancel);
            job = await JobFollow.FollowAsync(run, "preprocess", job.Name, run.Command($"pipeline show {Names.Short(job.Name)}"),
                run.Mesh.WatchPipelineRunAsync(job.Name, run.Cancel), state => state.Status, (state, stage) =>
                {
                    var progress = state.Status.Progress;
                    stage.Report(progress?.Done ?? 0, progress?.Total ?? 0, state.Cached ? "as an earlier run made it" : JobText.Detail(state.Status));
                });
            return job.ProcessedDataset;
        });
    }

    private static async Task<Pipeline> PipelineAsync(TourRun tour)
    {
        var run = tour.Command;
        var pipeline = new Pipeline
        {
            DisplayName = "Fashion-MNIST",
            Transforms =
            {
                new Transform { Type = "decode-image" },
                new Transform { Type = "grayscale" },
                new Transform { Type = "resize", Parameters = new Struct { Fields = { ["width"] = Value.ForNumber(28), ["height"] = Value.ForNumber(28) } } },
                new Transform { Type = "label" },
                new Transform { Type = "normalize" },
            },
            Split = new SplitSpec { ValidationFraction = tour.Data.TrainCount > LargeSet ? 0.05 : 0.1, Seed = tour.Settings.Seed },
        };
        var id = $"{TourRun.Id}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(pipeline.ToString())))[..8]}";
        var create = new CreatePipelineRequest { Parent = run.Project, PipelineId = id, Pipeline = pipeline, RequestId = tour.RequestId("pipeline") };
        var (found, _) = await run.GetOrCreateAsync(
            mesh => mesh.Pipelines.GetPipelineAsync(new GetPipelineRequest { Name = $"{run.Project}/pipelines/{id}" }, cancellationToken: run.Cancel),
            mesh => mesh.Pipelines.CreatePipelineAsync(create, cancellationToken: run.Cancel));
        return found;
    }
}
