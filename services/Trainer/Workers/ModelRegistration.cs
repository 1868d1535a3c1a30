using Grpc.Core;
using Mesh.Client.Uploads;
using Mesh.Jobs.Workers;
using Mesh.Registry.V1;
using Mesh.Trainer.V1;
using TrainingRun = Mesh.Trainer.V1.TrainingRun;

namespace Mesh.Trainer.Workers;

/// <summary>
/// Uploads a run's bundle and registers it. Every call carries a request id made of the run, so an attempt that repeats
/// what another did gets that one's result: a run has one model version.
/// </summary>
internal static class ModelRegistration
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <returns>The version's name.</returns>
    public static async Task<string> RegisterAsync(
        WorkerSession session, TrainingRunSpec spec, string bundle, string digest, V1.Evaluation evaluation, CancellationToken cancel)
    {
        using var activity = Telemetry.Activities.StartActivity("register model");
        var run = spec.TrainingRun;
        var project = run.Model[..run.Model.IndexOf("/models/", StringComparison.Ordinal)];
        var models = session.Services.GetRequiredService<ModelService.ModelServiceClient>();
        // Request ids are unique per project, so the run's own id is enough.
        var id = session.Name[(session.Name.LastIndexOf('/') + 1)..];
        await EnsureModelAsync(models, project, run, cancel);

        await using var content = File.OpenRead(bundle);
        var upload = await new Uploader(UploadTarget.Bundles(models), Patience).SendAsync(
            project, "bundle.tar", content, $"{id}/{digest[..32]}", progress: null, cancel);

        // An attempt that lost its lease stops here and registers nothing.
        await session.ConfirmLeaseAsync();
        var version = await models.CreateModelVersionAsync(
            new CreateModelVersionRequest
            {
                Parent = run.Model,
                Upload = upload.Name,
                Alias = run.Alias,
                RequestId = $"{id}/version",
                Lineage = new Lineage
                {
                    DatasetVersion = spec.ProcessedDataset.DatasetVersion,
                    PipelineRun = spec.ProcessedDataset.PipelineRun,
                    ProcessedDataset = spec.ProcessedDataset.Name,
                    TrainingRun = session.Name,
                    CodeVersion = spec.CodeVersion,
                },
                // Rounded, so that an attempt that evaluates the same weights again sends the same request.
                Metrics =
                {
                    ["test_accuracy"] = Math.Round(evaluation.TestAccuracy, 6),
                    ["test_loss"] = Math.Round(evaluation.TestLoss, 4),
                },
            },
            deadline: DateTime.UtcNow + Patience, cancellationToken: cancel);
        return version.Name;
    }

    private static async Task EnsureModelAsync(ModelService.ModelServiceClient models, string project, TrainingRun run, CancellationToken cancel)
    {
        try
        {
            await models.CreateModelAsync(
                new CreateModelRequest { Parent = project, ModelId = run.Model[(run.Model.LastIndexOf('/') + 1)..], Model = new Model() }, cancellationToken: cancel);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            // The usual case: the next version of a model that is there.
        }
    }
}
