using System.Security.Cryptography;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Mesh.Inference.V1;
using Mesh.OpenInference;
using Mesh.Registry.V1;
using NetVips;

namespace Mesh.Cli.Tests.Support;

internal sealed class Models(MeshState state) : ModelService.ModelServiceBase
{
    public static readonly byte[] Bundle = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7 >> 2))];

    public override Task<Model> GetModel(GetModelRequest request, ServerCallContext context) =>
        Task.FromResult(new Model { Name = request.Name, LatestVersion = 2, Aliases = { ["production"] = 2, ["beta"] = 1 } });

    public override Task<ModelVersion> GetModelVersion(GetModelVersionRequest request, ServerCallContext context) =>
        Task.FromResult(new ModelVersion { Name = request.Name, BundleSha256 = Convert.ToHexStringLower(SHA256.HashData(Bundle)), BundleSizeBytes = Bundle.Length });

    public override Task<ListModelsResponse> ListModels(ListModelsRequest request, ServerCallContext context) =>
        Task.FromResult(new ListModelsResponse());

    public override async Task DownloadModelVersion(
        DownloadModelVersionRequest request, IServerStreamWriter<DownloadModelVersionResponse> responses, ServerCallContext context)
    {
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(Bundle));
        foreach (var part in Bundle.Skip((int)request.Offset).Chunk(100_000))
        {
            await responses.WriteAsync(new DownloadModelVersionResponse { Data = ByteString.CopyFrom(part), SizeBytes = Bundle.Length, Sha256 = sha256 });
            state.MaybeRestart("download");
        }
    }
}

internal sealed class Deployments(MeshState state) : DeploymentService.DeploymentServiceBase
{
    public override Task<Deployment> GetDeployment(GetDeploymentRequest request, ServerCallContext context) => Task.FromResult(state.Get<Deployment>(request.Name));

    public override Task<Deployment> CreateDeployment(CreateDeploymentRequest request, ServerCallContext context) => Task.FromResult(state.Create(request.RequestId, "deployments", () =>
    {
        var deployment = new Deployment(request.Deployment) { Name = $"{request.Parent}/deployments/{request.DeploymentId}" };
        state.Put(deployment.Name, deployment);
        return deployment;
    }));

    public override async Task WatchDeployment(WatchDeploymentRequest request, IServerStreamWriter<Deployment> responses, ServerCallContext context)
    {
        var deployment = state.Get<Deployment>(request.Name);
        deployment.ModelVersion = deployment.Model.Split("/aliases/")[0] + "/versions/1";
        foreach (var ready in new[] { 0, 1, 2 })
        {
            deployment.ReadyReplicas = ready;
            deployment.ReplicaStatus.Clear();
            deployment.ReplicaStatus.Add(Enumerable.Range(0, 2).Select(i => new ReplicaStatus
            {
                ReplicaId = $"inference-{i}",
                State = i < ready ? ServedModelState.Ready : ServedModelState.Loading,
            }));
            await responses.WriteAsync(deployment);
            state.MaybeRestart("deploy");
        }

        await Task.Delay(Timeout.Infinite, context.CancellationToken);
    }
}

internal sealed class Predictions(MeshState state) : PredictionService.PredictionServiceBase
{
    public override async Task<PredictResponse> Predict(PredictRequest request, ServerCallContext context)
    {
        state.Get<Deployment>(request.Name);
        var count = state.NextPrediction();
        if (count == state.RestartAfterPredictions)
        {
            _ = Task.Run(state.Restart);
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }

        try
        {
            await context.WriteResponseHeadersAsync(new Metadata { { "mesh-replica", $"inference-{count % 2}" } });
        }
        catch (Exception e) when (e is not RpcException)
        {
            // The server restarts under this call; a service of the mesh says so in these words.
            throw new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "restarting"));
        }

        var answer = new PredictResponse { ModelVersion = "projects/default/models/fashion-mnist/versions/1" };
        foreach (var instance in request.Instances)
        {
            using var image = Image.NewFromBuffer(instance.Image.ToByteArray());
            var index = TestData.IndexOf(image.WriteToMemory<byte>());
            var best = TestData.Predicted(index) + (state.WrongAnswers.Contains(index) ? 1 : 0);
            answer.Predictions.Add(new Prediction { Classes = { new ClassScore { Index = best, Label = $"class {best}", Probability = 0.75 } } });
        }

        return answer;
    }
}

internal sealed class Protocol : GRPCInferenceService.GRPCInferenceServiceBase
{
    public override Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerLiveResponse { Live = true });
}
