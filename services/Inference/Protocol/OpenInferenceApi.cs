using Grpc.Core;
using Mesh.Inference.Directory;
using Mesh.Inference.Serving;
using Mesh.Inference.Tensors;
using Mesh.OpenInference;

namespace Mesh.Inference.Protocol;

/// <summary>
/// The Open Inference Protocol over gRPC: model_name is a deployment's id, in the project of the metadata "mesh-project"
/// (default: "default"); model_version, when given, must be the one that serves.
/// </summary>
internal sealed class OpenInferenceApi(ServedModels models, Inferencer inferencer, Replica replica) : OpenInferenceBase
{
    public override Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerLiveResponse { Live = true });

    public override Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerReadyResponse { Ready = replica.IsReady });

    public override Task<ServerMetadataResponse> ServerMetadata(ServerMetadataRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerMetadataResponse
        {
            Name = ServerDescription.Name,
            Version = ServerDescription.Version,
            Extensions = { ServerDescription.Extensions },
        });

    public override Task<ModelReadyResponse> ModelReady(ModelReadyRequest request, ServerCallContext context) =>
        Task.FromResult(new ModelReadyResponse { Ready = models.IsReady(Project(context), request.Name, request.Version) });

    public override Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context)
    {
        using var lease = models.Lend(Project(context), request.Name, request.Version);
        var model = lease.Model;
        return Task.FromResult(new ModelMetadataResponse
        {
            Name = request.Name,
            Versions = { model.VersionId },
            Platform = ServerDescription.Platform,
            Inputs = { model.Model.Inputs.Select(Describe) },
            Outputs = { model.Model.Outputs.Select(Describe) },
            Properties = { model.Classifier?.Properties ?? new() },
        });
    }

    public override async Task<InferResponse> ModelInfer(InferRequest request, ServerCallContext context)
    {
        using (request)
        {
            context.GetHttpContext().Response.Headers[Inferencer.ReplicaHeader] = replica.Id;
            return await inferencer.InferAsync(Project(context), request, context.CancellationToken);
        }
    }

    private static string Project(ServerCallContext context) => Inferencer.Project(context.RequestHeaders.GetValue(Inferencer.ProjectHeader));

    private static ModelMetadataResponse.Types.TensorMetadata Describe(TensorSpec tensor) =>
        new() { Name = tensor.Name, Datatype = tensor.Datatype.Name(), Shape = { tensor.Shape } };
}
