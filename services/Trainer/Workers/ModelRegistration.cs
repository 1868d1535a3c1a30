using Grpc.Core;
using Mesh.Client.Retrying;
using Mesh.Client.Uploads;
using Mesh.Jobs.Workers;
using Mesh.Registry.V1;
using Mesh.Trainer.V1;
using TrainingRun = Mesh.Trainer.V1.TrainingRun;

namespace Mesh.Trainer.Workers;

/// <summary>
/// Uploads a run's bundle and registers it. Every call carries a request id made of the run's registration id, so an
/// attempt that repeats what another did gets that one's result: a run has one model version.
/// </summary>
internal static class ModelRegistration
{
    /// <summary>How long Registry may be away. Long, because giving up loses the whole run; the heartbeat keeps the lease meanwhile.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    /// <summary>Of one call: Registry reads the bundle to its end.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    /// <returns>The version's name.</returns>
    public static async Task<string> RegisterAsync(
        WorkerSession session, TrainingRunSpec spec, string bundle, string digest, V1.Evaluation evaluation, CancellationToken cancel)
    {
        using var activity = Telemetry.Activities.StartActivity("register model");
        var run = spec.TrainingRun;
        var project = run.Model[..run.Model.IndexOf("/models/", StringComparison.Ordinal)];
        var models = session.Services.GetRequiredService<ModelService.ModelServiceClient>();
        await EnsureModelAsync(models, project, run, cancel);

        await using var content = File.OpenRead(bundle);
        var upload = await new Uploader(UploadTarget.Bundles(models), Limit).SendAsync(
            project, "bundle.tar", content, $"{spec.RegistrationId}/{digest[..32]}", progress: null, cancel);
        var request = new CreateModelVersionRequest
        {
            Parent = run.Model,
            Upload = upload.Name,
            Alias = run.Alias,
            RequestId = $"{spec.RegistrationId}/version",
            Lineage = new Lineage
            {
                DatasetVersion = spec.ProcessedDataset.DatasetVersion,
                PipelineRun = spec.ProcessedDataset.PipelineRun,
                ProcessedDataset = spec.ProcessedDataset.Name,
                TrainingRun = session.Name,
                CodeVersion = spec.CodeVersion,
            },
        };
        if (evaluation.LabelledRows > 0)
        {
            // Rounded, so that an attempt that evaluates the same weights again sends the same request.
            request.Metrics["test_accuracy"] = Math.Round(evaluation.TestAccuracy, 6);
            request.Metrics["test_loss"] = Math.Round(evaluation.TestLoss, 4);
        }

        // An attempt that lost its lease, or is being cancelled, stops here and registers nothing.
        await session.ConfirmLeaseAsync();
        var version = await new Patience(Limit).CallAsync(
            () => models.CreateModelVersionAsync(request, deadline: DateTime.UtcNow + Deadline, cancellationToken: cancel), cancel);
        return version.Name;
    }

    private static async Task EnsureModelAsync(ModelService.ModelServiceClient models, string project, TrainingRun run, CancellationToken cancel)
    {
        var request = new CreateModelRequest { Parent = project, ModelId = run.Model[(run.Model.LastIndexOf('/') + 1)..], Model = new Model() };
        try
        {
            await new Patience(Limit).CallAsync(() => models.CreateModelAsync(request, cancellationToken: cancel), cancel);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            // The usual case: the next version of a model that is there.
        }
    }
}
